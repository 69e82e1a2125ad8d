/* The native ETF backend: the same three functions as in python_backend.py. Read that one first.
 *
 * All functions work on one buffer with a cursor that only moves forward. What keeps it safe:
 *   - A length or an arity is compared with the remaining bytes before anything is allocated for it. If a term has
 *     enough bytes to hold more values than allowed, its values are counted before anything is allocated.
 *   - At most MAX_DEPTH containers are open at a time. Decoding recurses that deep; skipping does not recurse.
 *   - Every refusal is one exception type with a byte offset, and shows nothing of the payload.
 *
 * Files: _native.h has what they share, _native_decode.c turns terms into values, _native_peek.c reads envelopes,
 * _native_encode.c turns values into terms, _native_msgpack.c turns terms into MessagePack. The GIL guards the cache of keys. It belongs to the module object, so that
 * each interpreter has its own. */
#include "_native.h"

/* `most` is the argument of that name, NULL if it was left out. */
static int open_buffer(PyObject *module, PyObject *data, PyObject *most, Py_buffer *buffer, Reader *r)
{
    Py_ssize_t values = most == NULL ? PY_SSIZE_T_MAX : PyLong_AsSsize_t(most);
    if (values < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "most must be at least 0");
        return 0;
    }
    /* PyBUF_SIMPLE refuses buffers that are not contiguous, with a BufferError that says so. */
    if (PyObject_GetBuffer(data, buffer, PyBUF_SIMPLE) < 0)
        return 0;
    *r = (Reader){.p = buffer->buf, .state = PyModule_GetState(module), .most = (size_t)values};
    r->base = r->p;
    r->end = r->p + buffer->len;
    return 1;
}

/* Return what `read` makes of the one term in data[start:end]. */
static PyObject *with_term(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *(*read)(Reader *))
{
    if (count != 3 && count != 4)
        return PyErr_Format(PyExc_TypeError, "data, start, end and perhaps most are needed (%zd given)", count);
    Py_ssize_t start = PyLong_AsSsize_t(args[1]), end = 0;
    if (!PyErr_Occurred())
        end = PyLong_AsSsize_t(args[2]);
    if (PyErr_Occurred())
        return NULL;
    Py_buffer buffer;
    Reader r;
    if (!open_buffer(module, args[0], count == 4 ? args[3] : NULL, &buffer, &r))
        return NULL;
    PyObject *value = NULL;
    if (start < 0 || end < start || end > buffer.len) {
        etf_fail(&r, r.base + (start < 0 || start > buffer.len ? 0 : start), "the term is not within the data");
    } else {
        r.p = r.base + start;
        r.end = r.base + end;
        /* A byte is two values at most, an element that is empty, so usual messages need no count. */
        Reader counting = r;
        if ((size_t)(end - start) > r.most / 2 && !etf_skip_term(&counting))
            goto done;
        /* Nothing built here can be garbage yet, and the collector's search would take a third of the time of a large
         * message. */
        int collecting = PyGC_Disable();
        value = read(&r);
        if (collecting)
            PyGC_Enable();
        if (value != NULL && r.p != r.end) {
            etf_fail(&r, r.p, "more bytes after its end");
            Py_CLEAR(value);
        }
    }
done:
    PyBuffer_Release(&buffer);
    return value;
}

static PyObject *decode(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    return with_term(module, args, count, etf_read_term);
}

static PyObject *msgpack(Reader *r)
{
    return etf_write_msgpack(r, 0);
}

static PyObject *to_msgpack(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    return with_term(module, args, count, msgpack);
}

static PyObject *msgpack_as_json(Reader *r)
{
    return etf_write_msgpack(r, 1);
}

static PyObject *to_msgpack_as_json(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    return with_term(module, args, count, msgpack_as_json);
}

static PyObject *peek(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    if (count != 1 && count != 2)
        return PyErr_Format(PyExc_TypeError, "peek() takes data and perhaps most (%zd given)", count);
    Py_buffer buffer;
    Reader r;
    if (!open_buffer(module, args[0], count == 2 ? args[1] : NULL, &buffer, &r))
        return NULL;
    PyObject *found = etf_peek(&r);
    PyBuffer_Release(&buffer);
    return found;
}

static PyObject *encode(PyObject *module, PyObject *value)
{
    return etf_encode(PyModule_GetState(module), value);
}

/* ---- module ---- */

static PyMethodDef methods[] = {
    {"decode", (PyCFunction)(void (*)(void))decode, METH_FASTCALL,
     "decode($module, data, start, end, most=sys.maxsize, /)\n--\n\n"
     "Return the value of data[start:end], one term of at most that many values. Raises DecodeError, MessageTooLarge."},
    {"to_msgpack", (PyCFunction)(void (*)(void))to_msgpack, METH_FASTCALL,
     "to_msgpack($module, data, start, end, most=sys.maxsize, /)\n--\n\n"
     "Return data[start:end], one term, as MessagePack. Raises as decode does, but not for texts and keys."},
    {"to_msgpack_as_json", (PyCFunction)(void (*)(void))to_msgpack_as_json, METH_FASTCALL,
     "to_msgpack_as_json($module, data, start, end, most=sys.maxsize, /)\n--\n\n"
     "Return what to_msgpack does, with integers beyond 2**53 as texts."},
    {"peek", (PyCFunction)(void (*)(void))peek, METH_FASTCALL,
     "peek($module, data, most=sys.maxsize, /)\n--\n\n"
     "Return op, s, t, and where d starts and ends. Raises DecodeError, MessageTooLarge."},
    {"encode", encode, METH_O,
     "encode($module, value, /)\n--\n\nReturn a message with its version byte. Raises EncodeError."},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    State *state = PyModule_GetState(module);
    PyObject *errors = PyImport_ImportModule("gatewaysdk.errors");
    if (errors == NULL)
        return -1;
    state->decode_error = PyObject_GetAttrString(errors, "DecodeError");
    state->encode_error = PyObject_GetAttrString(errors, "EncodeError");
    Py_DECREF(errors);
    if (state->decode_error == NULL || state->encode_error == NULL)
        return -1;
    PyObject *bounds = PyImport_ImportModule("gatewaysdk.compression.bounds");
    if (bounds == NULL)
        return -1;
    state->too_many_values = PyObject_GetAttrString(bounds, "too_many_values");
    Py_DECREF(bounds);
    if (state->too_many_values == NULL)
        return -1;
    return PyModule_AddStringConstant(module, "name", "native");
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->decode_error);
    Py_VISIT(state->encode_error);
    Py_VISIT(state->too_many_values);
    return 0;
}

static int clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->decode_error);
    Py_CLEAR(state->encode_error);
    Py_CLEAR(state->too_many_values);
    for (size_t i = 0; i < 1 << CACHE_BITS; i++)
        Py_CLEAR(state->keys[i].text);
    return 0;
}

GATEWAYSDK_MODULE("gatewaysdk.codec.etf", _native, "The native ETF backend.")
