/* Turns terms into values, as decoder.py does. */
#include "_native.h"

/* As in tags.py: most bytes of an integer that is a key, as it becomes text, which takes quadratic time. */
#define MAX_BIG_KEY 255

int etf_fail(Reader *r, const uint8_t *at, const char *problem)
{
    PyErr_Format(r->state->decode_error, "the message is not ETF: %s at byte %zd", problem, (Py_ssize_t)(at - r->base));
    return 0;
}

int etf_fail_tag(Reader *r, const uint8_t *at, const char *problem)
{
    PyErr_Format(r->state->decode_error, "the message is not ETF: tag %d %s at byte %zd", *at, problem,
                 (Py_ssize_t)(at - r->base));
    return 0;
}

/* ---- texts ---- */

int etf_is_long_atom(const Text *text)
{
    size_t characters = 0;
    for (size_t i = 0; i < text->length; i++)
        characters += text->latin || (text->bytes[i] & 0xC0) != 0x80;
    return characters > MAX_ATOM;
}

int etf_read_text(Reader *r, Text *text)
{
    if (!has(r, 1))
        return 0;
    switch (*r->p) {
    case BINARY: return etf_read_text_of(r, text, BINARY);
    case ATOM: return etf_read_text_of(r, text, ATOM);
    case ATOM_UTF8: case SMALL_ATOM: case SMALL_ATOM_UTF8: return etf_read_text_of(r, text, *r->p);
    default: return etf_fail_tag(r, r->p, "where a text should stand");
    }
}

static PyObject *make_text(Reader *r, const Text *text)
{
    const char *bytes = (const char *)text->bytes;
    PyObject *made;
    if (text->latin)
        return PyUnicode_DecodeLatin1(bytes, (Py_ssize_t)text->length, NULL);
    made = PyUnicode_FromStringAndSize(bytes, (Py_ssize_t)text->length);
    if (made == NULL && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        PyErr_Clear(); /* its error holds the whole text, ours must not */
        etf_fail(r, text->bytes, "a text that is not UTF-8");
    }
    return made;
}

static inline int is_cached(const CachedKey *slot, const Text *text, uint64_t first, uint64_t last)
{
    return slot->text != NULL && slot->first == first && slot->last == last && slot->length == text->length &&
           (text->length <= 16 || memcmp(slot->bytes + 8, text->bytes + 8, text->length - 16) == 0);
}

/* Only ASCII is kept, as its bytes mean the same in Latin-1 and UTF-8. */
static PyObject *make_and_keep(Reader *r, const Text *text, CachedKey *slot, uint64_t first, uint64_t last)
{
    PyObject *made = make_text(r, text), *evicted = slot->text;
    if (made != NULL && etf_is_ascii(text->bytes, text->length)) {
        slot->first = first;
        slot->last = last;
        slot->length = (uint8_t)text->length;
        memcpy(slot->bytes, text->bytes, text->length);
        slot->text = made;
        Py_INCREF(made);
        Py_XDECREF(evicted);
    }
    return made;
}

static inline PyObject *make_key(Reader *r, const Text *text)
{
    const size_t length = text->length;
    if (length > CACHED_KEY)
        return make_text(r, text);
    const uint64_t first = etf_load(text->bytes, length);
    const uint64_t last = length > 8 ? etf_load(text->bytes + length - 8, 8) : length;
    const uint64_t hash = (first ^ (last << 29 | last >> 35)) * 0x9E3779B97F4A7C15u;
    CachedKey *slot = &r->state->keys[hash >> (64 - CACHE_BITS)];
    if (!is_cached(slot, text, first, last))
        return make_and_keep(r, text, slot, first, last);
    Py_INCREF(slot->text);
    return slot->text;
}

PyObject *etf_make_key(Reader *r, const Text *text)
{
    return make_key(r, text);
}

PyObject *etf_make_atom(Reader *r, const Text *text)
{
    PyObject *constant = NULL;
    switch (text->length) {
    case 3: constant = is(text, "nil", 3) ? Py_None : NULL; break;
    case 4: constant = is(text, "true", 4) ? Py_True : is(text, "null", 4) ? Py_None : NULL; break;
    case 5: constant = is(text, "false", 5) ? Py_False : NULL; break;
    default: break;
    }
    Py_XINCREF(constant);
    return constant != NULL ? constant : etf_make_key(r, text); /* few atoms differ, as few keys do */
}

/* ---- numbers ---- */

static PyObject *read_big(Reader *r)
{
    const uint8_t *at = r->p, *p;
    size_t header = *at == SMALL_BIG ? 3 : 6, length;
    if (!has(r, header))
        return NULL;
    length = header == 3 ? at[1] : be32(at + 1);
    p = at + header;
    if (length > MAX_BIG)
        return PyErr_Format(r->state->decode_error, "the message is not ETF: an integer of %zd bytes at byte %zd",
                            (Py_ssize_t)length, (Py_ssize_t)(at - r->base));
    if (length > (size_t)(r->end - p))
        return etf_fail(r, at, "it ends too early"), NULL;
    int negative = p[-1] != 0;
    r->p = p + length;
    PyObject *made;
    if (length <= 8) { /* every snowflake is one of these */
        uint64_t magnitude = 0;
        if (length == 8)
            magnitude = le64(p);
        else
            for (size_t i = 0; i < length; i++)
                magnitude |= (uint64_t)p[i] << 8 * i;
        if (negative && magnitude <= INT64_MAX)
            return PyLong_FromLongLong(-(int64_t)magnitude);
        made = PyLong_FromUnsignedLongLong(magnitude);
    } else {
        made = PyObject_CallMethod((PyObject *)&PyLong_Type, "from_bytes", "y#s", (const char *)p, (Py_ssize_t)length,
                                   "little");
    }
    if (made != NULL && negative) {
        PyObject *positive = made;
        made = PyNumber_Negative(positive);
        Py_DECREF(positive);
    }
    return made;
}

PyObject *etf_read_integer(Reader *r)
{
    const uint8_t *at = r->p;
    switch (*at) {
    case SMALL_INTEGER:
        if (!has(r, 2))
            return NULL;
        r->p += 2;
        return PyLong_FromLong(at[1]);
    case INTEGER:
        if (!has(r, 5))
            return NULL;
        r->p += 5;
        return PyLong_FromLong((int32_t)(uint32_t)be32(at + 1));
    default:
        return read_big(r);
    }
}

/* Whether a text is what "%.20e" writes. PyOS_string_to_double alone would take "inf" too. */
static int is_float(const char *text)
{
    static const char digits[] = "0123456789";
    size_t length;
    text += *text == '+' || *text == '-';
    if ((length = strspn(text, digits)) == 0 || *(text += length) != '.')
        return 0;
    if ((length = strspn(++text, digits)) == 0)
        return 0;
    text += length;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        if ((length = strspn(text, digits)) == 0)
            return 0;
        text += length;
    }
    return *text == 0;
}

PyObject *etf_read_float(Reader *r)
{
    const uint8_t *at = r->p;
    double value;
    if (*at == NEW_FLOAT) {
        if (!has(r, 9))
            return NULL;
        uint64_t bits = (uint64_t)be32(at + 1) << 32 | be32(at + 5);
        memcpy(&value, &bits, 8);
        r->p += 9;
    } else {
        char text[32] = {0};
        if (!has(r, 32))
            return NULL;
        memcpy(text, at + 1, 31); /* the text may fill all 31 bytes; the 32nd is a zero */
        r->p += 32;
        if (!is_float(text))
            return etf_fail(r, at, "a float that is not a number"), NULL;
        value = PyOS_string_to_double(text, NULL, NULL);
        if (value == -1 && PyErr_Occurred())
            return NULL; /* no memory */
    }
    return PyFloat_FromDouble(value); /* NaN and infinities too, as from JSON: models leave them out */
}

/* ---- terms ---- */

int etf_read_arity(Reader *r, size_t *items)
{
    const uint8_t *at = r->p;
    size_t header = *at == SMALL_TUPLE ? 2 : 5;
    if (!has(r, header))
        return 0;
    *items = header == 2 ? at[1] : be32(at + 1);
    r->p = at + header;
    const size_t each = *at == MAP ? 2 : 1;
    if (*items > (size_t)(r->end - r->p) / each)
        return etf_fail(r, at, "a container with more items than bytes follow");
    *items *= each;
    if (r->depth == MAX_DEPTH)
        return etf_fail(r, at, "nested deeper than 256 levels");
    return 1;
}

/* Open a container. From here on, `end` is lower by a byte, the least that a term takes, for each item still to come.
 * So all open containers together never allocate more places than the message has bytes. */
int etf_open_container(Reader *r, size_t *items)
{
    if (!etf_read_arity(r, items))
        return 0;
    r->end -= *items;
    r->depth++;
    return 1;
}

static PyObject *read_list(Reader *r)
{
    const uint8_t *at = r->p;
    size_t items;
    if (!etf_open_container(r, &items))
        return NULL;
    PyObject *list = PyList_New((Py_ssize_t)items);
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < items; i++) {
        r->end++;
        PyObject *item = etf_read_term(r);
        if (item == NULL)
            goto failed;
        PyList_SetItem(list, (Py_ssize_t)i, item);
    }
    r->depth--;
    if (*at == LIST) {
        if (!has(r, 1))
            goto failed;
        if (*r->p++ != NIL) {
            etf_fail(r, r->p - 1, "a list with a tail");
            goto failed;
        }
    }
    return list;
failed:
    Py_DECREF(list);
    return NULL;
}

static PyObject *read_string(Reader *r) /* a list of small integers, written as a string */
{
    const uint8_t *at = r->p;
    if (!has(r, 3))
        return NULL;
    size_t length = be16(at + 1);
    if (!has(r, 3 + length))
        return NULL;
    PyObject *list = PyList_New((Py_ssize_t)length);
    for (size_t i = 0; list != NULL && i < length; i++)
        PyList_SetItem(list, (Py_ssize_t)i, PyLong_FromLong(at[3 + i])); /* small ints exist: cannot fail */
    r->p += 3 + length;
    return list;
}

/* Whether a LARGE_BIG has more than MAX_BIG_KEY bytes, without leading zeros. */
static int is_wide(const uint8_t *at)
{
    size_t length = be32(at + 1);
    while (length > MAX_BIG_KEY && at[5 + length] == 0)
        length--;
    return length > MAX_BIG_KEY;
}

static inline PyObject *read_integer_key(Reader *r)
{
    const uint8_t *at = r->p;
    PyObject *number = etf_read_integer(r), *key = NULL;
    if (number == NULL)
        return NULL;
    if (*at == LARGE_BIG && is_wide(at))
        etf_fail(r, at, "a key of more than 255 bytes");
    else
        key = PyObject_Str(number);
    Py_DECREF(number);
    return key;
}

PyObject *etf_read_key(Reader *r, Text *text)
{
    if (!has(r, 1))
        return NULL;
    switch (*r->p) {
    case BINARY: return etf_read_text_of(r, text, BINARY) ? make_key(r, text) : NULL;
    case ATOM: return etf_read_text_of(r, text, ATOM) ? make_key(r, text) : NULL;
    case SMALL_INTEGER: case INTEGER: case SMALL_BIG: case LARGE_BIG:
        text->length = 0;
        return read_integer_key(r);
    default: return etf_read_text(r, text) ? etf_make_key(r, text) : NULL;
    }
}

static PyObject *read_map(Reader *r)
{
    const uint8_t *at = r->p;
    size_t items;
    int has_struct = 0;
    Text text;
    if (!etf_open_container(r, &items))
        return NULL;
    PyObject *map = PyDict_New();
    if (map == NULL)
        return NULL;
    for (size_t i = 0; i < items / 2; i++) {
        r->end++;
        PyObject *key = etf_read_key(r, &text);
        if (key == NULL)
            goto failed;
        has_struct |= is(&text, "__struct__", 10);
        r->end++;
        PyObject *value = etf_read_term(r);
        int stored = value == NULL ? -1 : PyDict_SetItem(map, key, value);
        Py_DECREF(key);
        Py_XDECREF(value);
        if (stored < 0)
            goto failed;
    }
    r->depth--;
    if ((size_t)PyDict_Size(map) != items / 2) {
        etf_fail(r, at, "a map with a key twice");
        goto failed;
    }
    /* The key by which Elixir knows structs; it has leaked into payloads. */
    if (has_struct && PyDict_DelItemString(map, "__struct__") < 0)
        goto failed;
    return map;
failed:
    Py_DECREF(map);
    return NULL;
}

PyObject *etf_read_term(Reader *r)
{
    Text text;
    if (!has(r, 1))
        return NULL;
    switch (*r->p) {
    case BINARY:
        return etf_read_text_of(r, &text, BINARY) ? make_text(r, &text) : NULL;
    case ATOM: case ATOM_UTF8: case SMALL_ATOM: case SMALL_ATOM_UTF8:
        return etf_read_text(r, &text) ? etf_make_atom(r, &text) : NULL;
    case SMALL_INTEGER: case INTEGER: case SMALL_BIG: case LARGE_BIG:
        return etf_read_integer(r);
    case FLOAT: case NEW_FLOAT:
        return etf_read_float(r);
    case NIL:
        r->p++;
        return PyList_New(0);
    case LIST: case SMALL_TUPLE: case LARGE_TUPLE:
        return read_list(r);
    case STRING:
        return read_string(r);
    case MAP:
        return read_map(r);
    default:
        return etf_fail_tag(r, r->p, "is not used by the gateway"), NULL;
    }
}
