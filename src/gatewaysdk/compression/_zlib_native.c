/* Inflating with zlib into a buffer that is used again and again.
 *
 * Python's own zlib makes 32 KB for each message and gives most of it back, and to find the flush marker in a message
 * takes it longer than all else that it does besides inflating. What is here fits in where `zlib.decompressobj` does,
 * as far as zlib_stream.py uses that, and adds `whole`. Public API of CPython only, and the stable ABI.
 *
 * The GIL is held throughout: the buffer belongs to all, and a message of a gateway takes microseconds.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <string.h>
#include <structmember.h>
#include <zlib.h>

#ifdef Py_GIL_DISABLED
#error "the buffer relies on the GIL; setup.py leaves this extension out of a free-threaded build"
#endif

/* What the buffer begins with, and the most that is kept of it after a large message. */
#define FIRST_SIZE ((size_t)64 * 1024)
#define MOST_KEPT ((size_t)256 * 1024)
#define MARKER_SIZE 4

typedef struct {
    PyObject *error;
    PyTypeObject *type;
    char *buffer;
    size_t size;
} State;

typedef struct {
    PyObject_HEAD
    z_stream stream;
    size_t limit;
    char begun;
    char usual;
    char eof;
    PyObject *unused;
    PyObject *left;
} Inflater;

static State *state_of(Inflater *self)
{
    return PyType_GetModuleState(Py_TYPE((PyObject *)self));
}

static Inflater *allocate(State *state, size_t limit)
{
    Inflater *self = (Inflater *)PyType_GenericAlloc(state->type, 0);
    if (self == NULL)
        return NULL;
    self->limit = limit;
    self->usual = 1;
    self->unused = PyBytes_FromStringAndSize(NULL, 0);
    if (self->unused == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

static void deallocate(Inflater *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    if (self->begun)
        inflateEnd(&self->stream);
    Py_XDECREF(self->unused);
    Py_XDECREF(self->left);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

/* Make the buffer larger; returns whether there was memory for that. */
static int grow(State *state)
{
    size_t size = state->size == 0 ? FIRST_SIZE : state->size * 2;
    char *buffer = PyMem_Realloc(state->buffer, size);
    if (buffer == NULL)
        return 0;
    state->buffer = buffer;
    state->size = size;
    return 1;
}

static void shrink(State *state)
{
    if (state->size > MOST_KEPT) {
        PyMem_Free(state->buffer);
        state->buffer = NULL;
        state->size = 0;
    }
}

static PyObject *fail(State *state, int status, const char *reason)
{
    if (status == Z_MEM_ERROR)
        return PyErr_NoMemory();
    PyErr_Format(state->error, "Error %d while decompressing data: %s", status, reason ? reason : "invalid input data");
    return NULL;
}

/* Keep what came behind the end. PyBytes_Concat would lose what there is when it fails. */
static int keep_unused(Inflater *self, const char *text, Py_ssize_t size)
{
    PyObject *old = self->unused;
    Py_ssize_t before = PyBytes_Size(old);
    if (size > PY_SSIZE_T_MAX - before) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject *unused = PyBytes_FromStringAndSize(NULL, before + size);
    if (unused == NULL)
        return -1;
    char *to = PyBytes_AsString(unused);
    memcpy(to, PyBytes_AsString(old), before);
    memcpy(to + before, text, size);
    self->unused = unused;
    self->eof = 1;
    Py_DECREF(old);
    return 0;
}

/* Inflate all of the text, or what makes `limit` bytes. */
static PyObject *inflate_text(Inflater *self, const char *text, Py_ssize_t size, size_t limit)
{
    State *state = state_of(self);
    z_stream *stream = &self->stream;
    size_t used = 0;
    int status;
    if (self->eof)
        return keep_unused(self, text, size) < 0 ? NULL : PyBytes_FromStringAndSize(NULL, 0);
    if (size > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "a message of 4 GB or more");
        return NULL;
    }
    stream->next_in = (Bytef *)text;
    stream->avail_in = (uInt)size;
    do {
        if (used == state->size && !grow(state)) {
            status = Z_MEM_ERROR;
            break;
        }
        size_t room = (state->size < limit ? state->size : limit) - used;
        uInt most = room > UINT_MAX ? UINT_MAX : (uInt)room;
        stream->next_out = (Bytef *)state->buffer + used;
        stream->avail_out = most;
        status = inflate(stream, Z_SYNC_FLUSH);
        used += most - stream->avail_out;
    } while (status == Z_OK && stream->avail_out == 0 && used < limit);
    PyObject *found = NULL;
    if (status == Z_STREAM_END && keep_unused(self, (char *)stream->next_in, stream->avail_in) < 0)
        ;
    else if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END)
        fail(state, status, stream->msg);
    else
        found = PyBytes_FromStringAndSize(state->buffer, (Py_ssize_t)used);
    stream->next_in = NULL;
    stream->avail_in = 0;
    shrink(state);
    return found;
}

/* Whether the message ends with a marker, and has no other. */
static int is_whole(const char *text, Py_ssize_t size)
{
    static const char marker[MARKER_SIZE] = {0, 0, (char)0xff, (char)0xff};
    if (size < MARKER_SIZE || memcmp(text + size - MARKER_SIZE, marker, MARKER_SIZE) != 0)
        return 0;
    const char *at = text + 2, *end = text + size - 2;
    while (at < end && (at = memchr(at, 0xff, end - at)) != NULL) {
        if (memcmp(at - 2, marker, MARKER_SIZE) == 0)
            return 0;
        at++;
    }
    return 1;
}

static PyObject *whole(Inflater *self, PyObject *message)
{
    char *text;
    Py_ssize_t size;
    if (self->left != NULL) {
        PyObject *left = self->left;
        self->left = NULL;
        return left;
    }
    if (!PyBytes_CheckExact(message))
        Py_RETURN_NONE;
    if (PyBytes_AsStringAndSize(message, &text, &size) < 0)
        return NULL;
    if (!is_whole(text, size))
        Py_RETURN_NONE;
    return inflate_text(self, text, size, self->limit);
}

/* What a connection calls for each message, so it leaves all that is not usual to others, by None. They call `whole`,
 * which gives them what came of the message already, or fails again: a stream that is broken stays so. */
static PyObject *quick(Inflater *self, PyObject *message)
{
    if (!self->usual || self->eof || self->left != NULL)
        Py_RETURN_NONE;
    PyObject *text = whole(self, message);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(state_of(self)->error))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    if (text == Py_None)
        return text;
    size_t size = (size_t)PyBytes_Size(text);
    /* What is large goes the long way, where it is asked how little it was sent as. */
    if (size == 0 || size > MOST_KEPT || size >= self->limit || self->eof) {
        self->left = text;
        Py_RETURN_NONE;
    }
    return text;
}

static PyObject *decompress(Inflater *self, PyObject *arguments)
{
    PyObject *data;
    char *text;
    Py_ssize_t size, limit;
    if (!PyArg_ParseTuple(arguments, "Sn:decompress", &data, &limit))
        return NULL;
    if (limit < 1) {
        PyErr_SetString(PyExc_ValueError, "max_length must be at least 1");
        return NULL;
    }
    if (PyBytes_AsStringAndSize(data, &text, &size) < 0)
        return NULL;
    return inflate_text(self, text, size, (size_t)limit);
}

static PyObject *copy(Inflater *self, PyObject *ignored)
{
    State *state = state_of(self);
    Inflater *other = allocate(state, self->limit);
    if (other == NULL)
        return NULL;
    int status = inflateCopy(&other->stream, &self->stream);
    if (status != Z_OK) {
        Py_DECREF(other);
        return fail(state, status, "the state cannot be copied");
    }
    other->begun = 1;
    other->eof = self->eof;
    PyObject *old = other->unused;
    other->unused = Py_NewRef(self->unused);
    Py_DECREF(old);
    return (PyObject *)other;
}

static PyObject *inflater(PyObject *module, PyObject *argument)
{
    State *state = PyModule_GetState(module);
    size_t limit = PyLong_AsSize_t(argument);
    if (limit == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (limit < 1) {
        PyErr_SetString(PyExc_ValueError, "limit must be at least 1");
        return NULL;
    }
    Inflater *self = allocate(state, limit);
    if (self == NULL)
        return NULL;
    int status = inflateInit(&self->stream);
    if (status != Z_OK) {
        Py_DECREF(self);
        return fail(state, status, "no stream can be set up");
    }
    self->begun = 1;
    return (PyObject *)self;
}

/* ---- type and module ---- */

static PyMethodDef inflater_methods[] = {
    {"whole", (PyCFunction)whole, METH_O,
     "whole($self, message, /)\n--\n\n"
     "Inflate bytes whose only flush marker is at their end, up to the limit; return None, and do nothing, for others."},
    {"quick", (PyCFunction)quick, METH_O,
     "quick($self, message, /)\n--\n\n"
     "Return the one text of a usual message; None for others, of which `whole` tells then."},
    {"decompress", (PyCFunction)decompress, METH_VARARGS,
     "decompress($self, data, max_length, /)\n--\n\nInflate, as zlib's does; what is left of the data is dropped."},
    {"copy", (PyCFunction)copy, METH_NOARGS, "copy($self, /)\n--\n\nReturn another that goes on from here."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef inflater_members[] = {
    {"usual", T_BOOL, offsetof(Inflater, usual), 0, "Whether `quick` may try: nothing of an earlier message is left."},
    {"eof", T_BOOL, offsetof(Inflater, eof), READONLY, "Whether the stream has ended."},
    {"unused_data", T_OBJECT_EX, offsetof(Inflater, unused), READONLY, "What came behind its end."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot inflater_slots[] = {
    {Py_tp_dealloc, deallocate},
    {Py_tp_methods, inflater_methods},
    {Py_tp_members, inflater_members},
    {0, NULL},
};

static PyType_Spec inflater_spec = {
    .name = "gatewaysdk.compression._zlib_native.Inflater",
    .basicsize = sizeof(Inflater),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = inflater_slots,
};

static PyMethodDef methods[] = {
    {"inflater", inflater, METH_O,
     "inflater($module, limit, /)\n--\n\nReturn what inflates one stream; `whole` gives at most so many bytes."},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    State *state = PyModule_GetState(module);
    PyObject *zlib = PyImport_ImportModule("zlib");
    if (zlib == NULL)
        return -1;
    state->error = PyObject_GetAttrString(zlib, "error");
    Py_DECREF(zlib);
    if (state->error == NULL)
        return -1;
    state->type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &inflater_spec, NULL);
    return state->type == NULL ? -1 : 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->error);
    Py_VISIT(state->type);
    return 0;
}

static int clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->error);
    Py_CLEAR(state->type);
    return 0;
}

static void release(void *module)
{
    State *state = PyModule_GetState(module);
    clear(module);
    PyMem_Free(state->buffer);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "gatewaysdk.compression._zlib_native",
    .m_doc = "Inflates with zlib into a buffer that is used again.",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};

PyMODINIT_FUNC PyInit__zlib_native(void)
{
    return PyModuleDef_Init(&definition);
}
