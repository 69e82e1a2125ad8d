/* Writes a term as MessagePack, which msgspec decodes to structs without Python values in between. With `ids_as_text`,
 * integers that JSON cannot hold exactly become texts, as Discord's JSON has them: then ids that are typed as texts fit.
 * A key that is there twice stays there twice; as with JSON, the last one counts. */
#include "_native.h"

#define MAX_EXACT ((uint64_t)1 << 53)

/* No term grows to more than three times its size: an integer of n bytes takes 3 + n bytes and has 2.41 n digits. */
#define MOST_GROWTH 3

/* Most texts are shorter. They are copied with this fixed length, which takes no call: `SLACK` bytes may be written
 * after the end, and may be read up to `limit`. */
#define SLACK 16

typedef struct {
    uint8_t *p, *base;
    const uint8_t *limit;
    uint64_t most; /* greater integers become texts */
} Writer;

static inline void put(Writer *w, uint8_t byte) { *w->p++ = byte; }

static inline void put_be16(Writer *w, size_t value)
{
    w->p[0] = (uint8_t)(value >> 8);
    w->p[1] = (uint8_t)value;
    w->p += 2;
}

static inline void put_be32(Writer *w, uint64_t value)
{
    for (int i = 0; i < 4; i++)
        w->p[i] = (uint8_t)(value >> (24 - 8 * i));
    w->p += 4;
}

static inline void put_be64(Writer *w, uint64_t value)
{
    put_be32(w, value >> 32);
    put_be32(w, value);
}

/* ---- texts ---- */

static inline void put_text_length(Writer *w, size_t length)
{
    if (length < 32)
        put(w, (uint8_t)(0xA0 | length));
    else if (length <= 0xFF)
        put(w, 0xD9), put(w, (uint8_t)length);
    else if (length <= 0xFFFF)
        put(w, 0xDA), put_be16(w, length);
    else
        put(w, 0xDB), put_be32(w, length);
}

/* Put a text that is part of the message. */
static inline void put_bytes(Writer *w, const uint8_t *bytes, size_t length)
{
    put_text_length(w, length);
    if (length <= SLACK && w->limit - bytes >= SLACK)
        memcpy(w->p, bytes, SLACK);
    else
        memcpy(w->p, bytes, length);
    w->p += length;
}

static void put_latin(Writer *w, const Text *text)
{
    size_t wide = 0;
    for (size_t i = 0; i < text->length; i++)
        wide += text->bytes[i] >> 7;
    put_text_length(w, text->length + wide);
    for (size_t i = 0; i < text->length; i++) {
        const uint8_t byte = text->bytes[i];
        if (byte < 0x80)
            put(w, byte);
        else
            put(w, (uint8_t)(0xC0 | byte >> 6)), put(w, (uint8_t)(0x80 | (byte & 0x3F)));
    }
}

/* That a text is UTF-8 is for msgspec to check. */
static inline void put_text(Writer *w, const Text *text)
{
    if (text->latin && !etf_is_ascii(text->bytes, text->length))
        put_latin(w, text);
    else
        put_bytes(w, text->bytes, text->length);
}

static inline void put_atom(Writer *w, const Text *text)
{
    if (is(text, "nil", 3) || is(text, "null", 4))
        put(w, 0xC0);
    else if (is(text, "true", 4))
        put(w, 0xC3);
    else if (is(text, "false", 5))
        put(w, 0xC2);
    else
        put_text(w, text);
}

/* ---- numbers ---- */

static void put_digits(Writer *w, uint64_t value, int negative)
{
    uint8_t digits[20], *p = digits + sizeof digits;
    do
        *--p = (uint8_t)('0' + value % 10);
    while ((value /= 10) != 0);
    const size_t count = (size_t)(digits + sizeof digits - p);
    put_text_length(w, count + (size_t)negative);
    if (negative)
        put(w, '-');
    memcpy(w->p, p, count);
    w->p += count;
}

static inline void put_integer(Writer *w, uint64_t magnitude, int negative)
{
    if (magnitude > w->most || (negative && magnitude > (uint64_t)1 << 63))
        put_digits(w, magnitude, negative);
    else if (negative)
        put(w, 0xD3), put_be64(w, 0 - magnitude);
    else if (magnitude < 0x80)
        put(w, (uint8_t)magnitude);
    else if (magnitude <= 0xFF) /* else a string, which has a byte for an integer, grows too much */
        put(w, 0xCC), put(w, (uint8_t)magnitude);
    else if (magnitude <= 0xFFFFFFFF)
        put(w, 0xCE), put_be32(w, magnitude);
    else
        put(w, 0xCF), put_be64(w, magnitude);
}

/* Wider integers and those that are keys go through Python, as there are few. */
static int put_number_text(Writer *w, PyObject *number)
{
    PyObject *text = number == NULL ? NULL : PyObject_Str(number);
    Py_ssize_t length;
    const char *digits = text == NULL ? NULL : PyUnicode_AsUTF8AndSize(text, &length);
    if (digits != NULL) {
        put_text_length(w, (size_t)length);
        memcpy(w->p, digits, (size_t)length);
        w->p += length;
    }
    Py_XDECREF(text);
    Py_XDECREF(number);
    return digits != NULL;
}

static int write_integer(Reader *r, Writer *w)
{
    const uint8_t *at = r->p;
    if (*at == SMALL_INTEGER) {
        if (!has(r, 2))
            return 0;
        r->p += 2;
        put_integer(w, at[1], 0);
        return 1;
    }
    if (*at == INTEGER) {
        if (!has(r, 5))
            return 0;
        r->p += 5;
        const int64_t value = (int32_t)(uint32_t)be32(at + 1);
        put_integer(w, (uint64_t)(value < 0 ? -value : value), value < 0);
        return 1;
    }
    const size_t header = *at == SMALL_BIG ? 3 : 6;
    if (!has(r, header))
        return 0;
    const size_t whole = header == 3 ? at[1] : be32(at + 1);
    if (whole > (size_t)(r->end - at) - header)
        return etf_fail(r, at, "it ends too early");
    const uint8_t *bytes = at + header;
    size_t length = whole;
    while (length > 8 && bytes[length - 1] == 0)
        length--;
    if (length > 8 || whole > MAX_BIG)
        return put_number_text(w, etf_read_integer(r));
    uint64_t magnitude = 0;
    if (length == 8)
        magnitude = le64(bytes);
    else
        for (size_t i = 0; i < length; i++)
            magnitude |= (uint64_t)bytes[i] << 8 * i;
    r->p = bytes + whole;
    put_integer(w, magnitude, bytes[-1] != 0);
    return 1;
}

static int write_float(Reader *r, Writer *w)
{
    double value;
    uint64_t bits;
    PyObject *number = etf_read_float(r);
    if (number == NULL)
        return 0;
    value = PyFloat_AsDouble(number);
    Py_DECREF(number);
    memcpy(&bits, &value, 8);
    put(w, 0xCB);
    put_be64(w, bits);
    return 1;
}

/* ---- containers ---- */

static void put_count(Writer *w, size_t count, uint8_t small, uint8_t two_bytes)
{
    if (count < 16)
        put(w, (uint8_t)(small | count));
    else if (count <= 0xFFFF)
        put(w, two_bytes), put_be16(w, count);
    else
        put(w, (uint8_t)(two_bytes + 1)), put_be32(w, count);
}

static int write_term(Reader *r, Writer *w);

static int write_list(Reader *r, Writer *w)
{
    const uint8_t *at = r->p;
    size_t items;
    if (!etf_open_container(r, &items))
        return 0;
    put_count(w, items, 0x90, 0xDC);
    for (; items > 0; items--) {
        r->end++;
        if (!write_term(r, w))
            return 0;
    }
    r->depth--;
    if (*at == LIST) {
        if (!has(r, 1))
            return 0;
        if (*r->p++ != NIL)
            return etf_fail(r, r->p - 1, "a list with a tail");
    }
    return 1;
}

static int write_string(Reader *r, Writer *w) /* a list of small integers */
{
    const uint8_t *at = r->p;
    if (!has(r, 3))
        return 0;
    const size_t length = be16(at + 1);
    if (!has(r, 3 + length))
        return 0;
    put_count(w, length, 0x90, 0xDC);
    for (size_t i = 0; i < length; i++)
        put_integer(w, at[3 + i], 0);
    r->p += 3 + length;
    return 1;
}

static inline int write_key(Reader *r, Writer *w, Text *text)
{
    if (!has(r, 1))
        return 0;
    if (is_integer(*r->p)) {
        text->length = 0;
        return put_number_text(w, etf_read_key(r, text));
    }
    if (!(*r->p == ATOM ? etf_read_text_of(r, text, ATOM) : etf_read_text(r, text)))
        return 0;
    put_text(w, text);
    return 1;
}

static int write_map(Reader *r, Writer *w)
{
    size_t items, left_out = 0;
    Text text;
    if (!etf_open_container(r, &items))
        return 0;
    uint8_t *count = w->p;
    put_count(w, items / 2, 0x80, 0xDE);
    for (size_t i = 0; i < items / 2; i++) {
        uint8_t *entry = w->p;
        r->end++;
        if (!write_key(r, w, &text))
            return 0;
        r->end++;
        if (!write_term(r, w))
            return 0;
        if (is(&text, "__struct__", 10)) { /* as in _native_decode.c */
            w->p = entry;
            left_out++;
        }
    }
    r->depth--;
    if (left_out > 0) {
        /* The count may now take fewer bytes, so what follows moves. */
        uint8_t header[5];
        Writer again = {.p = header}, before = {.p = header};
        put_count(&before, items / 2, 0x80, 0xDE);
        const size_t was = (size_t)(before.p - header);
        put_count(&again, items / 2 - left_out, 0x80, 0xDE);
        const size_t is_now = (size_t)(again.p - header);
        memmove(count + is_now, count + was, (size_t)(w->p - count) - was);
        memcpy(count, header, is_now);
        w->p -= was - is_now;
    }
    return 1;
}

static int write_term(Reader *r, Writer *w)
{
    Text text;
    if (!has(r, 1))
        return 0;
    switch (*r->p) {
    case BINARY:
        if (!etf_read_text_of(r, &text, BINARY))
            return 0;
        put_bytes(w, text.bytes, text.length);
        return 1;
    case ATOM: case ATOM_UTF8: case SMALL_ATOM: case SMALL_ATOM_UTF8:
        if (!etf_read_text(r, &text))
            return 0;
        put_atom(w, &text);
        return 1;
    case SMALL_INTEGER: case INTEGER: case SMALL_BIG: case LARGE_BIG:
        return write_integer(r, w);
    case FLOAT: case NEW_FLOAT:
        return write_float(r, w);
    case NIL:
        r->p++;
        put(w, 0x90);
        return 1;
    case LIST: case SMALL_TUPLE: case LARGE_TUPLE:
        return write_list(r, w);
    case STRING:
        return write_string(r, w);
    case MAP:
        return write_map(r, w);
    default:
        return etf_fail_tag(r, r->p, "is not used by the gateway");
    }
}

PyObject *etf_write_msgpack(Reader *r, int ids_as_text)
{
    Writer w;
    PyObject *made = NULL;
    /* A message is far smaller than SIZE_MAX / 3: `max_size` bounds it. */
    w.base = w.p = PyMem_Malloc(MOST_GROWTH * (size_t)(r->end - r->p) + SLACK);
    w.limit = r->end;
    w.most = ids_as_text ? MAX_EXACT : UINT64_MAX;
    if (w.base == NULL)
        return PyErr_NoMemory();
    if (write_term(r, &w))
        made = PyBytes_FromStringAndSize((const char *)w.base, w.p - w.base);
    PyMem_Free(w.base);
    return made;
}
