/* What the files of the native ETF backend share; see _native.c. */
#ifndef GATEWAYSDK_ETF_NATIVE_H
#define GATEWAYSDK_ETF_NATIVE_H

#include "../native_module.h"
#include <math.h>

#ifdef __GNUC__
#pragma GCC visibility push(hidden) /* the loader need not know what only these files call */
#endif

/* Containers open at a time, in every backend. */
#define MAX_DEPTH 256

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

/* The longest names of Discord's fit into a cached key. */
#define CACHED_KEY 39
#define CACHE_BITS 10

typedef struct {
    PyObject *text;
    uint64_t first, last; /* the first and the last 8 bytes, which are all of them up to a length of 16 */
    uint8_t length;
    uint8_t bytes[CACHED_KEY];
} CachedKey;

/* What the module object holds. Keys repeat in every event: each has one slot by its hash, and takes it over when
 * another is there, so that the cache never grows. */
typedef struct {
    PyObject *decode_error, *encode_error, *too_many_values;
    CachedKey keys[1 << CACHE_BITS];
} State;

/* A cursor over one buffer; `base` is what offsets in messages count from. */
typedef struct {
    const uint8_t *p, *end, *base;
    State *state;
    int depth;
    size_t most; /* values that etf_skip_term may still find */
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

/* These read what stands under the cursor and move it on; 0 or NULL with DecodeError set otherwise. */
int etf_read_text(Reader *r, Text *text);
PyObject *etf_read_integer(Reader *r);
PyObject *etf_read_term(Reader *r);
/* A key of a map as a str; `text` has no length when it was an integer. */
PyObject *etf_read_key(Reader *r, Text *text);
/* Up to the first item of a container: how many terms it has. Neither too deep nor too many for what remains. */
int etf_read_arity(Reader *r, size_t *items);

/* The str of a text that repeats, from the cache; an atom may also be None, True or False. */
PyObject *etf_make_key(Reader *r, const Text *text);
PyObject *etf_make_atom(Reader *r, const Text *text);

/* Move past one term. Tags, lengths, arities, depth and the number of values are checked; texts, numbers, keys and tails
 * of lists are not. */
int etf_skip_term(Reader *r);

PyObject *etf_peek(Reader *r);
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
