#include <stdlib.h>

#include "failure.h"

typedef struct {
    struct jpeg_compress_struct codec;
    cjpeg_failure failure;
    unsigned char *bytes;
    unsigned long count;
} encoder;

// All the black an image can do without its colours: the ink that scans of printed matter use too.
static void inks_from_rgb(const uint8_t *rgb, long count, uint8_t *inks) {
    for (long i = 0; i < count; i++, rgb += 3, inks += 4) {
        int most = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
        most = rgb[2] > most ? rgb[2] : most;
        for (int channel = 0; channel < 3; channel++)
            inks[channel] = (uint8_t)(most ? (rgb[channel] * 255 + most / 2) / most : 255);
        inks[3] = (uint8_t)most;
    }
}

static void write_rows(j_compress_ptr codec, const uint8_t *pixels) {
    size_t width = codec->image_width, stride = width * 3;
    int inks = codec->in_color_space == JCS_CMYK;
    JSAMPARRAY row = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, codec->image_width * 4, 1);
    while (codec->next_scanline < codec->image_height) {
        const uint8_t *source = pixels + codec->next_scanline * stride;
        JSAMPROW given = (JSAMPROW)source;  // libjpeg only reads it
        if (inks) inks_from_rgb(source, (long)width, row[0]);
        jpeg_write_scanlines(codec, inks ? row : &given, 1);
    }
}

int cjpeg_encode(const uint8_t *pixels, int width, int height, cjpeg_color color, int quality, int progressive,
                 uint8_t **bytes, size_t *count, char *message) {
    encoder *state = calloc(1, sizeof(encoder));
    if (!state) {
        snprintf(message, CJPEG_MESSAGE_SIZE, "not enough memory");
        return -1;
    }
    j_compress_ptr codec = &state->codec;
    codec->err = cjpeg_failure_hook(&state->failure);
    if (setjmp(state->failure.entry)) {
        // What was encoded so far leaks: libjpeg tells where it lies only at the end. Errors after the first row mean
        // that memory is lacking.
        snprintf(message, CJPEG_MESSAGE_SIZE, "%s", state->failure.message);
        jpeg_destroy_compress(codec);
        free(state);
        return -1;
    }
    static const J_COLOR_SPACE spaces[] = {JCS_YCbCr, JCS_GRAYSCALE, JCS_CMYK, JCS_YCCK};
    int inks = color == CJPEG_CMYK || color == CJPEG_YCCK;
    jpeg_create_compress(codec);
    codec->image_width = (JDIMENSION)width;
    codec->image_height = (JDIMENSION)height;
    codec->input_components = inks ? 4 : 3;
    codec->in_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(codec);
    jpeg_set_colorspace(codec, spaces[color]);
    jpeg_set_quality(codec, quality, TRUE);
    codec->dct_method = JDCT_ISLOW;
    if (progressive) jpeg_simple_progression(codec);
    jpeg_mem_dest(codec, &state->bytes, &state->count);
    jpeg_start_compress(codec, TRUE);
    write_rows(codec, pixels);
    jpeg_finish_compress(codec);
    jpeg_destroy_compress(codec);
    *bytes = state->bytes;
    *count = state->count;
    free(state);
    return 0;
}

void cjpeg_free(uint8_t *bytes) { free(bytes); }
