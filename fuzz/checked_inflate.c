/* zlib itself is compiled without the sanitizers, so nobody would see it read or write too far: what it is given is
 * checked here. sanitize.py compiles the extension with every `inflate` in it replaced by this one. */
#undef inflate
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

int checked_inflate(z_stream *stream, int flush)
{
    if (__asan_region_is_poisoned((void *)stream->next_in, stream->avail_in) != NULL ||
        __asan_region_is_poisoned(stream->next_out, stream->avail_out) != NULL) {
        fputs("inflate() was given more than there is\n", stderr);
        abort();
    }
    return inflate(stream, flush);
}
