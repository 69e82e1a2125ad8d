/* Turns values into terms, as encoder.py does. Keys and strings become binaries, as Discord demands; the only atoms are
 * true, false and nil. */
#include "_native.h"

typedef struct {
    uint8_t *data;
    size_t used, room;
    State *state;
    int depth;
} Writer;

static int refuse(Writer *w, const char *problem)
{
    PyErr_Format(w->state->encode_error, "a value cannot be sent as ETF: %s", problem);
    return 0;
}

/* Return where to write `count` bytes, and count them as written. NULL, with MemoryError set, if there is no memory. */
static uint8_t *claim(Writer *w, size_t count)
{
    if (count > w->room - w->used) {
        size_t room = 2 * w->room + count;
        uint8_t *grown = PyMem_Realloc(w->data, room);
        if (grown == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        w->data = grown;
        w->room = room;
    }
    w->used += count;
    return w->data + w->used - count;
}

static int put(Writer *w, const void *bytes, size_t count)
{
    uint8_t *place = claim(w, count);
    if (place != NULL)
        memcpy(place, bytes, count);
    return place != NULL;
}

static int put_tag32(Writer *w, uint8_t tag, size_t number)
{
    uint8_t bytes[] = {tag, (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
    if (number > UINT32_MAX)
        return refuse(w, "something has more than 32 bits of length");
    return put(w, bytes, sizeof bytes);
}

static int put_text(Writer *w, PyObject *text)
{
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
    if (bytes == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return 0;
        PyErr_Clear(); /* its error holds the whole text, ours must not */
        return refuse(w, "a text has a lone surrogate");
    }
    return put_tag32(w, BINARY, (size_t)length) && put(w, bytes, (size_t)length);
}

static int put_atom(Writer *w, const char *name)
{
    uint8_t header[] = {ATOM, 0, (uint8_t)strlen(name)};
    return put(w, header, sizeof header) && put(w, name, header[2]);
}

static int put_big(Writer *w, int negative, const uint8_t *magnitude, size_t length)
{
    while (length > 0 && magnitude[length - 1] == 0)
        length--;
    if (length > 255)
        return refuse(w, "an integer has more than 255 bytes");
    uint8_t header[] = {SMALL_BIG, (uint8_t)length, (uint8_t)negative};
    return put(w, header, sizeof header) && put(w, magnitude, length);
}

/* An integer of more than 64 bits. `__abs__` is int's own, as a subclass may have another. */
static int put_wide(Writer *w, PyObject *number, int negative)
{
    PyObject *bytes = NULL, *positive = PyObject_CallMethod((PyObject *)&PyLong_Type, "__abs__", "O", number);
    if (positive != NULL)
        bytes = PyObject_CallMethod(positive, "to_bytes", "is", 256, "little");
    Py_XDECREF(positive);
    if (bytes == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return 0;
        PyErr_Clear();
        return refuse(w, "an integer has more than 255 bytes");
    }
    int done = put_big(w, negative, (const uint8_t *)PyBytes_AsString(bytes), 256);
    Py_DECREF(bytes);
    return done;
}

static int put_integer(Writer *w, PyObject *number)
{
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (value == -1 && PyErr_Occurred())
        return 0;
    if (overflow != 0)
        return put_wide(w, number, overflow < 0);
    if (0 <= value && value <= 255) {
        uint8_t bytes[] = {SMALL_INTEGER, (uint8_t)value};
        return put(w, bytes, sizeof bytes);
    }
    if (INT32_MIN <= value && value <= INT32_MAX)
        return put_tag32(w, INTEGER, (uint32_t)(int32_t)value);
    uint8_t magnitude[8];
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (size_t i = 0; i < sizeof magnitude; i++)
        magnitude[i] = (uint8_t)(rest >> 8 * i);
    return put_big(w, value < 0, magnitude, sizeof magnitude);
}

static int put_float(Writer *w, double value)
{
    uint64_t bits;
    if (!isfinite(value))
        return refuse(w, "a float is NaN or infinite; send a finite number");
    memcpy(&bits, &value, 8);
    uint8_t bytes[9] = {NEW_FLOAT};
    for (size_t i = 0; i < 8; i++)
        bytes[8 - i] = (uint8_t)(bits >> 8 * i);
    return put(w, bytes, sizeof bytes);
}

static int put_term(Writer *w, PyObject *value);

static int put_map(Writer *w, PyObject *map)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;
    if (!put_tag32(w, MAP, (size_t)PyDict_Size(map)))
        return 0;
    /* Only our own code runs in this loop, so that the map cannot change. */
    while (PyDict_Next(map, &position, &key, &value)) {
        if (!PyUnicode_Check(key))
            return refuse(w, "the key of a map is no str");
        if (!put_text(w, key) || !put_term(w, value))
            return 0;
    }
    return 1;
}

static int put_list(Writer *w, PyObject *items, Py_ssize_t count, PyObject *(*item)(PyObject *, Py_ssize_t))
{
    const uint8_t nil = NIL;
    if (count == 0)
        return put(w, &nil, 1);
    if (!put_tag32(w, LIST, (size_t)count))
        return 0;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!put_term(w, item(items, i)))
            return 0;
    return put(w, &nil, 1);
}

static int put_container(Writer *w, PyObject *value)
{
    int done;
    if (w->depth == MAX_DEPTH)
        return refuse(w, "it is nested deeper than 256 levels, or holds itself");
    w->depth++;
    if (PyDict_Check(value))
        done = put_map(w, value);
    else if (PyList_Check(value))
        done = put_list(w, value, PyList_Size(value), PyList_GetItem);
    else
        done = put_list(w, value, PyTuple_Size(value), PyTuple_GetItem);
    w->depth--;
    return done;
}

static int put_term(Writer *w, PyObject *value)
{
    if (value == Py_None)
        return put_atom(w, "nil");
    if (value == Py_True)
        return put_atom(w, "true");
    if (value == Py_False)
        return put_atom(w, "false");
    if (PyUnicode_Check(value))
        return put_text(w, value);
    if (PyLong_Check(value))
        return put_integer(w, value);
    if (PyFloat_Check(value))
        return put_float(w, PyFloat_AsDouble(value));
    if (PyDict_Check(value) || PyList_Check(value) || PyTuple_Check(value))
        return put_container(w, value);
    PyObject *kind = PyType_GetName(Py_TYPE(value));
    if (kind != NULL)
        PyErr_Format(w->state->encode_error, "a value cannot be sent as ETF: it is of type %U; use plain values", kind);
    Py_XDECREF(kind);
    return 0;
}

PyObject *etf_encode(State *state, PyObject *value)
{
    Writer w = {.state = state};
    const uint8_t version = VERSION;
    PyObject *message = NULL;
    if (put(&w, &version, 1) && put_term(&w, value))
        message = PyBytes_FromStringAndSize((const char *)w.data, (Py_ssize_t)w.used);
    PyMem_Free(w.data);
    return message;
}
