#include "input.h"
#include "kernel.h"

void input_crop(const uint8_t *pixels, int side, int top, int left, int flip, const float color[3], const float mean[3],
                const float deviation[3], float *crop, int height, int width) {
    float table[3][256];
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++) table[c][v] = ((float)v + color[c] - mean[c]) / deviation[c];
    for (int y = 0; y < height; y++) {
        const uint8_t *row = pixels + ((long)(top + y) * side + left) * 3;
        for (int x = 0; x < width; x++, crop += 3) {
            const uint8_t *pixel = row + (flip ? width - 1 - x : x) * 3;
            for (int c = 0; c < 3; c++) crop[c] = table[c][pixel[c]];
        }
    }
}

void input_crop_less_image(const uint8_t *pixels, int side, int top, int left, int flip, const float color[3],
                           const float *mean, const float deviation[3], float *crop, int height, int width) {
    for (int y = 0; y < height; y++) {
        const long row = ((long)(top + y) * side + left) * 3;
        for (int x = 0; x < width; x++, crop += 3) {
            const long at = row + (flip ? width - 1 - x : x) * 3;
            for (int c = 0; c < 3; c++) crop[c] = ((float)pixels[at + c] + color[c] - mean[at + c]) / deviation[c];
        }
    }
}
