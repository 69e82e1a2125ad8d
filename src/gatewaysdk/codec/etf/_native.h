/* What the files of the native ETF backend share; see _native.c. */
#ifndef GATEWAYSDK_ETF_NATIVE_H
#define GATEWAYSDK_ETF_NATIVE_H

#include "../native_module.h"
#include <math.h>

#ifdef __GNUC__
#pragma GCC visibility push(hidden) /* only these files call these functions, so they are not exported */
#endif

/* How deep containers may be nested, as in every backend. */
#define MAX_DEPTH 256

/* As in tags.py: most characters of an atom, and most bytes of an integer. */
#define MAX_ATOM 255
#define MAX_BIG 1785

/* Tags of the external term format (erts/erl_ext_dist). */
enum {
    NEW_FLOAT = 70,
    SMALL_INTEGER = 97,
    INTEGER = 98,
    FLOAT = 99,
    ATOM = 100, /* in Latin-1, as SMALL_ATOM */
    SMALL_TUPLE = 104,
    LARGE_TUPLE = 105,
    NIL = 106,
    STRING = 107, /* a list of bytes */
    LIST = 108,
    BINARY = 109,
    SMALL_BIG = 110,
    LARGE_BIG = 111,
    SMALL_ATOM = 115,
    MAP = 116,
    ATOM_UTF8 = 118,
    SMALL_ATOM_UTF8 = 119,
    VERSION = 131,
};

/* Longer than the longest key of Discord's. */
#define CACHED_KEY 39
#define CACHE_BITS 10

typedef struct {
    PyObject *text;
    uint64_t first, last; /* the first and the last 8 bytes, which are all of them up to a length of 16 */
    uint8_t length;
    uint8_t bytes[CACHED_KEY];
} CachedKey;

/* The state of the module. Keys repeat in every event, so they are cached. The hash of a key gives its only slot,
 * and a new key replaces the one that is there, so that the cache never grows. */
typedef struct {
    PyObject *decode_error, *encode_error, *too_many_values;
    CachedKey keys[1 << CACHE_BITS];
} State;

/* A cursor over one buffer. Offsets in error messages count from `base`. */
typedef struct {
    const uint8_t *p, *end, *base;
    State *state;
    int depth;
    size_t most; /* how many values etf_skip_term may find */
} Reader;

/* The bytes of an atom or a binary. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
    int latin;
} Text;

/* Both set DecodeError and return 0. */
int etf_fail(Reader *r, const uint8_t *at, const char *problem);
int etf_fail_tag(Reader *r, const uint8_t *at, const char *problem);

/* These read what is at the cursor and move it on. On failure they return 0 or NULL and set DecodeError. */
int etf_read_text(Reader *r, Text *text);
int etf_is_long_atom(const Text *text);
PyObject *etf_read_integer(Reader *r);
PyObject *etf_read_float(Reader *r);
PyObject *etf_read_term(Reader *r);
/* A map key as a str. For a key that is an integer, the length of `text` is 0. */
PyObject *etf_read_key(Reader *r, Text *text);
/* Moves to the first item of a container, and gives the number of its terms. Fails if that is more than the remaining
 * bytes can hold, or if the container is nested too deep. */
int etf_read_arity(Reader *r, size_t *items);
/* The same, and counts the container as open. `end` is then lower by a byte for each item that is still to come: add one
 * before each is read. */
int etf_open_container(Reader *r, size_t *items);

/* The str of a text, from the cache if it is there. An atom may also be None, True or False. */
PyObject *etf_make_key(Reader *r, const Text *text);
PyObject *etf_make_atom(Reader *r, const Text *text);

/* Move past one term. Checks tags, lengths, arities, depth and the number of values, but not texts, numbers, keys and
 * tails of lists. */
int etf_skip_term(Reader *r);

PyObject *etf_peek(Reader *r);
PyObject *etf_write_msgpack(Reader *r, int ids_as_text);
PyObject *etf_encode(State *state, PyObject *value);

static inline int has(Reader *r, size_t count)
{
    return (size_t)(r->end - r->p) >= count || etf_fail(r, r->p, "it ends too early");
}

static inline size_t be16(const uint8_t *p) { return (size_t)p[0] << 8 | p[1]; }

static inline size_t be32(const uint8_t *p)
{
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

static inline uint64_t le64(const uint8_t *p)
{
    return (uint64_t)p[7] << 56 | (uint64_t)p[6] << 48 | (uint64_t)p[5] << 40 | (uint64_t)p[4] << 32 |
           (uint64_t)p[3] << 24 | (uint64_t)p[2] << 16 | (uint64_t)p[1] << 8 | p[0];
}

/* Read an atom or a binary with this tag. */
static inline int etf_read_text_of(Reader *r, Text *text, uint8_t tag)
{
    const uint8_t *at = r->p;
    const size_t left = (size_t)(r->end - at);
    const size_t header = tag == BINARY ? 5 : tag == ATOM || tag == ATOM_UTF8 ? 3 : 2;
    if (left < header)
        return etf_fail(r, at, "it ends too early");
    text->latin = tag == ATOM || tag == SMALL_ATOM;
    text->length = header == 5 ? be32(at + 1) : header == 3 ? be16(at + 1) : at[1];
    text->bytes = at + header;
    if (text->length > left - header)
        return etf_fail(r, at, "it ends too early");
    if (text->length > MAX_ATOM && tag != BINARY && etf_is_long_atom(text))
        return etf_fail(r, at, "an atom of more than 255 characters");
    r->p = text->bytes + text->length;
    return 1;
}

/* Return up to 8 bytes as a number in which each of them counts, for a hash and for comparisons. */
static inline uint64_t etf_load(const uint8_t *p, size_t length)
{
    uint32_t first, last;
    uint64_t word;
    if (length >= 8) {
        memcpy(&word, p, 8);
        return word;
    }
    if (length >= 4) {
        memcpy(&first, p, 4);
        memcpy(&last, p + length - 4, 4);
        return (uint64_t)first << 32 | last;
    }
    return length == 0 ? 0 : (uint64_t)p[0] << 16 | (uint64_t)p[length / 2] << 8 | p[length - 1];
}

static inline int etf_is_ascii(const uint8_t *p, size_t length)
{
    uint64_t word, all = 0;
    for (; length > 8; p += 8, length -= 8) {
        memcpy(&word, p, 8);
        all |= word;
    }
    return ((all | etf_load(p, length)) & 0x8080808080808080u) == 0;
}

static inline int is_integer(uint8_t tag)
{
    return tag == SMALL_INTEGER || tag == INTEGER || tag == SMALL_BIG || tag == LARGE_BIG;
}

static inline int is(const Text *text, const char *word, size_t length)
{
    return text->length == length && memcmp(text->bytes, word, length) == 0;
}

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#endif
