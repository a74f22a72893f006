// A narrow door to libjpeg: whole files in memory, in and out, 8 bits per channel. The only setjmp of the
// project lives behind it; nothing here prints, exits or jumps across a caller's frame. Same bytes in, same
// pixels out, whatever was decoded before and on whichever thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The library's name and version as of compilation.
const char *cjpeg_library(void);

/// Room for an error's text, its NUL included.
enum { CJPEG_MESSAGE_SIZE = 256 };

/// What decoding gives where memory is lacking: the file may be sound.
enum { CJPEG_NO_MEMORY = -2 };

/// Images with more pixels are refused before anything is allocated (65500 per side is libjpeg's own limit).
enum { CJPEG_MAX_PIXELS = 400000000 };

/// Memory for one image at a time, kept between images. One thread at a time.
typedef struct cjpeg_decoder cjpeg_decoder;

/// NULL when memory is lacking.
cjpeg_decoder *cjpeg_decoder_new(void);
void cjpeg_decoder_free(cjpeg_decoder *decoder);

/// Decodes a grey, RGB, YCbCr, CMYK or YCCK file (Adobe's inverted kinds too; baseline or progressive) to
/// interleaved RGB. Any corruption or early end of the data is an error, not a grey half; EXIF orientation is
/// not applied.
///
/// - min_side: with 0 the image has the file's size. Otherwise it is decoded at 1/8, 1/4 or 1/2 of it (in the
///   DCT, much faster) if its shorter side still has this many pixels; it is never enlarged.
/// - only_middle: 1 where only the largest square in the middle is wanted, and what a filter reaches around
///   it when the square is scaled to 256 pixels; what lies beyond is read for damage, but its pixels are
///   anything.
/// - square: NULL; or [side][side][3], which is filled in place of the decoder's own memory where the image has
///   just this size. After an error it holds anything.
/// - pixels: [height][width][3], owned by the decoder and valid until its next use; or `square`.
/// - message: CJPEG_MESSAGE_SIZE bytes; what is wrong.
///
/// Returns 0; or -1 or CJPEG_NO_MEMORY with the message set.
int cjpeg_decode(cjpeg_decoder *decoder, const uint8_t *bytes, size_t count, int min_side, int only_middle,
                 uint8_t *square, int side, const uint8_t **pixels, int *width, int *height, char *message);

/// How the pixels are stored in a file.
typedef enum {
    CJPEG_YCBCR,
    CJPEG_GREY,
    /// With Adobe's marker and inverted values, as Photoshop writes them.
    CJPEG_CMYK,
    CJPEG_YCCK,
} cjpeg_color;

/// Encodes [height][width][3] RGB pixels. `*bytes` is to be freed with cjpeg_free. Returns 0, or -1 with the
/// message set.
int cjpeg_encode(const uint8_t *pixels, int width, int height, cjpeg_color color, int quality, int progressive,
                 uint8_t **bytes, size_t *count, char *message);

void cjpeg_free(uint8_t *bytes);
