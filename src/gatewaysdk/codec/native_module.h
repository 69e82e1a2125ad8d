/* What the native modules of the codecs share: includes, the builds that they refuse, and the definition of a module.
 * They use only CPython's public API and the stable ABI. */
#ifndef GATEWAYSDK_MODULE_H
#define GATEWAYSDK_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#ifdef Py_GIL_DISABLED
#error "the caches of these modules rely on the GIL; setup.py leaves the extensions out of a free-threaded build"
#endif

/* Define the module `package`.`name`, at the end of its file. The file has a type State, which the module object holds,
 * the table `methods`, and the functions `execute`, `traverse` and `clear`, which fill, visit and empty the State. */
#define GATEWAYSDK_MODULE(package, name, doc)                                                                          \
    static void release(void *module)                                                                                  \
    {                                                                                                                  \
        clear(module);                                                                                                 \
    }                                                                                                                  \
    static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};                                             \
    static struct PyModuleDef definition = {                                                                           \
        PyModuleDef_HEAD_INIT,                                                                                         \
        .m_name = package "." #name,                                                                                   \
        .m_doc = doc,                                                                                                  \
        .m_size = sizeof(State),                                                                                       \
        .m_methods = methods,                                                                                          \
        .m_slots = slots,                                                                                              \
        .m_traverse = traverse,                                                                                        \
        .m_clear = clear,                                                                                              \
        .m_free = release,                                                                                             \
    };                                                                                                                 \
    PyMODINIT_FUNC PyInit_##name(void)                                                                                 \
    {                                                                                                                  \
        return PyModuleDef_Init(&definition);                                                                          \
    }

#endif
