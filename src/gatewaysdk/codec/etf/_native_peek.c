/* Reads envelopes, as envelope.py does. The data of most messages is never looked at. */
#include "_native.h"

/* ---- skipping ---- */

/* Set MessageTooLarge, with the text that the Python backend has for it. */
static int fail_values(Reader *r, size_t most)
{
    PyObject *error = PyObject_CallFunction(r->state->too_many_values, "n", (Py_ssize_t)most);
    if (error != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    return 0;
}

int etf_skip_term(Reader *r)
{
    const uint8_t *at = r->p, *const end = r->end;
    size_t values = 0; /* elements, map entries, and one for each empty container */
    size_t terms = 1; /* still to come in the innermost container */
    size_t outer[MAX_DEPTH]; /* the same for the containers around it */
    for (;;) {
        while (terms == 0) {
            if (r->depth == 0) {
                r->p = at;
                return 1;
            }
            terms = outer[--r->depth];
        }
        terms--;
        /* A header that is cut short is read as if zeros followed: the size is then more than what is left. */
        const uint8_t *header = at;
        uint8_t padded[6] = {0};
        const size_t left = (size_t)(end - at);
        if (left < sizeof padded) {
            memcpy(padded, at, left);
            header = padded;
        }
        uint64_t size;
        size_t found = 0;
        switch (*header) {
        case BINARY: size = 5 + (uint64_t)be32(header + 1); break;
        case ATOM: case ATOM_UTF8: size = 3 + be16(header + 1); break;
        case STRING: found = be16(header + 1); size = 3 + found; break;
        case SMALL_ATOM: case SMALL_ATOM_UTF8: size = 2 + (size_t)header[1]; break;
        case SMALL_BIG: size = 3 + (size_t)header[1]; break;
        case LARGE_BIG: size = 6 + (uint64_t)be32(header + 1); break;
        case SMALL_INTEGER: size = 2; break;
        case INTEGER: size = 5; break;
        case NEW_FLOAT: size = 9; break;
        case FLOAT: size = 32; break;
        case NIL: found = size = 1; break;
        case LIST: case SMALL_TUPLE: case LARGE_TUPLE: case MAP: {
            size_t inside;
            r->p = at;
            if (!etf_read_arity(r, &inside))
                return 0;
            found = *at == MAP ? inside / 2 : inside;
            if (*at == LIST)
                values += found - (found > 0); /* the tail is a term too, and adds one more */
            else
                values += found > 0 ? found : 1;
            if (values > r->most)
                return fail_values(r, r->most);
            outer[r->depth++] = terms;
            terms = inside + (*at == LIST);
            at = r->p;
            continue;
        }
        default:
            return left == 0 ? etf_fail(r, at, "it ends too early") : etf_fail_tag(r, at, "is not used by the gateway");
        }
        if (size > left)
            return etf_fail(r, at, "it ends too early");
        values += found;
        if (values > r->most)
            return fail_values(r, r->most);
        at += size;
    }
}

/* ---- walking ---- */

typedef struct {
    PyObject *op, *s, *t;
    Py_ssize_t d_start, d_end; /* 0 and 0: no d */
} Envelope;

static int read_number(Reader *r, PyObject **number)
{
    return has(r, 1) && (is_integer(*r->p) ? (*number = etf_read_integer(r)) != NULL
                                           : etf_fail_tag(r, r->p, "where the envelope has an integer"));
}

/* Read an atom or a binary; the atoms nil and null are None. */
static int read_name(Reader *r, PyObject **name)
{
    const uint8_t *at = r->p;
    Text text;
    if (!etf_read_text(r, &text) || (*name = *at == BINARY ? etf_make_key(r, &text) : etf_make_atom(r, &text)) == NULL)
        return 0;
    return *name == Py_None || PyUnicode_Check(*name) || etf_fail(r, at, "a boolean where the envelope has a text");
}

static int read_sequence(Reader *r, PyObject **sequence)
{
    const uint8_t *at = r->p;
    if (!has(r, 1) || is_integer(*at))
        return read_number(r, sequence);
    return read_name(r, sequence) && (*sequence == Py_None || etf_fail(r, at, "a text where the envelope has s"));
}

static int read_pair(Reader *r, Envelope *found)
{
    const uint8_t *at = r->p;
    Text text;
    PyObject *key = etf_read_key(r, &text);
    if (key == NULL)
        return 0;
    Py_DECREF(key);
    if (is(&text, "op", 2))
        return found->op == NULL ? read_number(r, &found->op) : etf_fail(r, at, "a second op");
    if (is(&text, "s", 1))
        return found->s == NULL ? read_sequence(r, &found->s) : etf_fail(r, at, "a second s");
    if (is(&text, "t", 1))
        return found->t == NULL ? read_name(r, &found->t) : etf_fail(r, at, "a second t");
    if (!is(&text, "d", 1))
        return etf_skip_term(r);
    if (found->d_start != 0)
        return etf_fail(r, at, "a second d");
    found->d_start = r->p - r->base;
    if (!etf_skip_term(r))
        return 0;
    found->d_end = r->p - r->base;
    return 1;
}

/* Read the whole envelope, keys in any order. */
static int walk(Reader *r, Envelope *found)
{
    size_t items;
    if (!has(r, 2))
        return 0;
    if (*r->p++ != VERSION)
        return etf_fail(r, r->base, "no version byte 131");
    if (*r->p != MAP)
        return etf_fail_tag(r, r->p, "where a map should start");
    if (!etf_read_arity(r, &items))
        return 0;
    if (items / 2 > r->most)
        return fail_values(r, r->most);
    for (size_t i = 0; i < items; i += 2)
        if (!read_pair(r, found))
            return 0;
    if (r->p != r->end)
        return etf_fail(r, r->p, "more bytes after its end");
    return found->op != NULL || etf_fail(r, r->base, "an envelope without op");
}

/* ---- the fast path: Discord's order of keys, in which all but d is at the end ---- */

#define HEAD "\x83t\0\0\0\4d\0\1d"
#define OP "d\0\2opa"
#define S "d\0\1s"
#define T "d\0\1t"
#define NIL_ATOM "d\0\3nil"

/* The longest name that the fast path takes, and the longest tail, which has such a name. */
#define LONGEST_NAME 47
#define LONGEST_TAIL 71

static int take(Reader *r, const char *bytes, size_t length)
{
    if ((size_t)(r->end - r->p) < length || memcmp(r->p, bytes, length) != 0)
        return 0;
    r->p += length;
    return 1;
}

#define TAKE(r, literal) take(r, literal, sizeof literal - 1)

static int take_name(Reader *r)
{
    size_t left = (size_t)(r->end - r->p);
    if (left < 4 || left - 3 > LONGEST_NAME || r->p[0] != ATOM || be16(r->p + 1) != left - 3)
        return 0;
    for (r->p += 3; r->p < r->end; r->p++)
        if (!(*r->p >= 'A' && *r->p <= 'Z') && !(*r->p >= '0' && *r->p <= '9') && *r->p != '_')
            return 0;
    return 1;
}

/* Move past op, s and t, which must reach to the very end, and note where the values of s and t are. Returns 0, with no
 * exception, if they are not there. Lengths of names are never characters of names, so it matches at one place only. */
static int take_tail(Reader *r, const uint8_t **s, const uint8_t **t)
{
    if (!TAKE(r, OP) || r->p == r->end)
        return 0;
    r->p++;
    if (!TAKE(r, S))
        return 0;
    *s = r->p;
    if (!TAKE(r, NIL_ATOM)) {
        size_t size = r->p < r->end && *r->p == SMALL_INTEGER ? 2 : 5;
        if ((size_t)(r->end - r->p) < size || (size == 5 && *r->p != INTEGER))
            return 0;
        r->p += size;
    }
    if (!TAKE(r, T))
        return 0;
    *t = r->p;
    return TAKE(r, NIL_ATOM) ? r->p == r->end : take_name(r);
}

/* Read the envelope in a time that does not grow with d. 1: done; 0: another order; -1: an exception is set. */
static int peek_tail(Reader *r, Envelope *found)
{
    const uint8_t *s, *t;
    if (!TAKE(r, HEAD))
        return 0;
    const uint8_t *d = r->p;
    const size_t size = (size_t)(r->end - d);
    for (size_t length = size < LONGEST_TAIL ? size : LONGEST_TAIL; length > 0; length--) {
        const uint8_t *tail = r->p = r->end - length;
        if (*tail != ATOM || tail == d || !take_tail(r, &s, &t))
            continue;
        found->op = PyLong_FromLong(tail[sizeof OP - 1]);
        r->p = s;
        if (found->op == NULL || !read_sequence(r, &found->s))
            return -1;
        r->p = t;
        if (!read_name(r, &found->t))
            return -1;
        found->d_start = d - r->base;
        found->d_end = tail - r->base;
        return 1;
    }
    return 0;
}

PyObject *etf_peek(Reader *r)
{
    Envelope found = {0};
    PyObject *result = NULL, *none = Py_None;
    int done = peek_tail(r, &found);
    if (done == 0) {
        r->p = r->base;
        done = walk(r, &found);
    }
    if (done == 1)
        result = Py_BuildValue("(OOOnn)", found.op, found.s != NULL ? found.s : none, found.t != NULL ? found.t : none,
                               found.d_start, found.d_end);
    Py_XDECREF(found.op);
    Py_XDECREF(found.s);
    Py_XDECREF(found.t);
    return result;
}
