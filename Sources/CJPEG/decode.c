#include <stdlib.h>

#include "failure.h"

struct cjpeg_decoder {
    struct jpeg_decompress_struct codec;
    struct jpeg_progress_mgr progress;
    cjpeg_failure failure;
    uint8_t *pixels;
    size_t capacity;
};

#define TEXT_OF(macro) #macro
#define TEXT(macro) TEXT_OF(macro)

const char *cjpeg_library(void) {
#ifdef LIBJPEG_TURBO_VERSION
    return "libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION);
#else
    return "libjpeg " TEXT(JPEG_LIB_VERSION);
#endif
}

cjpeg_decoder *cjpeg_decoder_new(void) { return calloc(1, sizeof(cjpeg_decoder)); }

void cjpeg_decoder_free(cjpeg_decoder *decoder) {
    free(decoder->pixels);
    free(decoder);
}

// A small file can ask for thousands of passes over a big image. Real progressive files have about ten scans.
static void limit_scans(j_common_ptr codec) {
    if (codec->is_decompressor && ((j_decompress_ptr)codec)->input_scan_number > 100)
        cjpeg_fail(codec, "more than 100 scans");
}

// Powers of two only: libjpeg has SIMD code for these.
static int scale(const struct jpeg_decompress_struct *codec, int min_side) {
    long shorter = codec->image_width < codec->image_height ? codec->image_width : codec->image_height;
    for (int eighths = 1; min_side > 0 && eighths < 8; eighths *= 2)
        if ((shorter * eighths + 7) / 8 >= min_side) return eighths;
    return 8;
}

static inline uint8_t times(int a, int b) { return (uint8_t)((a * b + 127) / 255); }

// Adobe's marker means that 255 stands for no ink; without it 0 does.
static void rgb_from_cmyk(const uint8_t *cmyk, long count, int inverted, uint8_t *rgb) {
    int flip = inverted ? 0 : 255;
    for (long i = 0; i < count; i++, cmyk += 4, rgb += 3)
        for (int channel = 0; channel < 3; channel++)
            rgb[channel] = times(cmyk[channel] ^ flip, cmyk[3] ^ flip);
}

static void choose_color(j_decompress_ptr codec) {
    switch (codec->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
        codec->out_color_space = JCS_RGB;
        return;
    case JCS_CMYK:
    case JCS_YCCK:
        codec->out_color_space = JCS_CMYK;
        return;
    default:
        cjpeg_fail((j_common_ptr)codec, "neither grey, RGB nor CMYK");
    }
}

static uint8_t *reserve(cjpeg_decoder *decoder, size_t count) {
    if (count <= decoder->capacity) return decoder->pixels;
    free(decoder->pixels);
    decoder->pixels = malloc(count);
    decoder->capacity = decoder->pixels ? count : 0;
    if (!decoder->pixels) cjpeg_fail_memory((j_common_ptr)&decoder->codec);
    return decoder->pixels;
}

typedef struct {
    JDIMENSION left, top, width, height;
} part;

// What a square from the middle needs, wherever its half pixel goes: also what a filter reaches (a 256th of the
// side), and a few pixels that upsampling makes otherwise where it finds an end.
static part middle(const struct jpeg_decompress_struct *codec) {
    JDIMENSION width = codec->output_width, height = codec->output_height;
    JDIMENSION side = width < height ? width : height, margin = 12 + side / 128;
    part wanted = {0, 0, width, height};
    if (width > side + 2 * margin) {
        wanted.left = (width - side) / 2 - margin;
        wanted.width = side + 2 * margin;
    } else if (height > side + 2 * margin) {
        wanted.top = (height - side) / 2 - margin;
        wanted.height = side + 2 * margin;
    }
    return wanted;
}

// As many rows at a time as the library makes.
static void read_rows(j_decompress_ptr codec, uint8_t *pixels, size_t stride, JDIMENSION count) {
    JSAMPROW rows[4];
    if (count > 4) count = 4;
    for (JDIMENSION i = 0; i < count; i++) rows[i] = pixels + (codec->output_scanline + i) * stride;
    jpeg_read_scanlines(codec, rows, count);
}

// Each row lies where it belongs in the whole image. What is not wanted is still read, for damage.
static void read_part(j_decompress_ptr codec, uint8_t *pixels, part wanted) {
    size_t stride = (size_t)codec->output_width * 3;
    if (wanted.width < codec->output_width) jpeg_crop_scanline(codec, &wanted.left, &wanted.width);
    JDIMENSION width = codec->output_width, bottom = wanted.top + wanted.height;
    int cmyk = codec->out_color_space == JCS_CMYK;
    JSAMPARRAY inks = NULL;
    if (cmyk) inks = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, width * 4, 1);
    if (wanted.top > 0) jpeg_skip_scanlines(codec, wanted.top);
    while (codec->output_scanline < codec->output_height) {
        // Skipping to the end would not look at the data; the last row does.
        JDIMENSION last = codec->output_height - 1;
        if (codec->output_scanline == bottom && bottom < last) jpeg_skip_scanlines(codec, last - bottom);
        if (!cmyk) {
            JDIMENSION end = codec->output_scanline < bottom ? bottom : last + 1;
            read_rows(codec, pixels + wanted.left * 3, stride, end - codec->output_scanline);
            continue;
        }
        uint8_t *row = pixels + codec->output_scanline * stride + wanted.left * 3;
        jpeg_read_scanlines(codec, inks, 1);
        rgb_from_cmyk(inks[0], (long)width, codec->saw_Adobe_marker, row);
    }
}

int cjpeg_decode(cjpeg_decoder *decoder, const uint8_t *bytes, size_t count, int min_side, int only_middle,
                 uint8_t *square, int side, const uint8_t **pixels, int *width, int *height, char *message) {
    j_decompress_ptr codec = &decoder->codec;
    codec->err = cjpeg_failure_hook(&decoder->failure);
    codec->mem = NULL;  // so that destroying is right even if creating failed
    if (setjmp(decoder->failure.entry)) {
        snprintf(message, CJPEG_MESSAGE_SIZE, "%s", decoder->failure.message);
        jpeg_destroy_decompress(codec);
        return decoder->failure.lacks_memory ? CJPEG_NO_MEMORY : -1;
    }
    // Made anew for each image: a used codec lends its old tables to a file that lacks its own, and then an
    // image would depend on the one before it.
    jpeg_create_decompress(codec);
    decoder->progress.progress_monitor = limit_scans;
    codec->progress = &decoder->progress;
    if (!count) cjpeg_fail((j_common_ptr)codec, "the file is empty");
    jpeg_mem_src(codec, bytes, count);
    jpeg_read_header(codec, TRUE);
    if ((uint64_t)codec->image_width * codec->image_height > CJPEG_MAX_PIXELS)
        cjpeg_fail((j_common_ptr)codec, "more than 400 million pixels");
    choose_color(codec);
    codec->scale_num = (unsigned)scale(codec, min_side);
    codec->scale_denom = 8;
    codec->dct_method = JDCT_ISLOW;  // exact integers: the same on every machine
    codec->do_block_smoothing = FALSE;
    jpeg_start_decompress(codec);
    int fits = square && codec->output_width == (JDIMENSION)side && codec->output_height == (JDIMENSION)side;
    uint8_t *target =
        fits ? square : reserve(decoder, (size_t)codec->output_width * codec->output_height * 3);
    *width = (int)codec->output_width;
    *height = (int)codec->output_height;
    part all = {0, 0, codec->output_width, codec->output_height};
    read_part(codec, target, only_middle ? middle(codec) : all);
    *pixels = target;
    jpeg_finish_decompress(codec);
    jpeg_destroy_decompress(codec);
    return 0;
}
