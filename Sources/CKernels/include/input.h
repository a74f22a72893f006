// From a 256 × 256 picture to what the network sees.
#pragma once
#include <stdint.h>

/// crop[y][x][c] = (pixels[top + y][left + x][c] + color[c] − mean[c]) / deviation[c], mirrored in x if `flip`.
/// pixels: [side][side][3]; crop: [height][width][3].
void input_crop(const uint8_t *pixels, int side, int top, int left, int flip, const float color[3], const float mean[3],
                const float deviation[3], float *crop, int height, int width);

/// The same with a mean for every pixel: mean[side][side][3], of which the part at the crop's place is taken.
void input_crop_less_image(const uint8_t *pixels, int side, int top, int left, int flip, const float color[3],
                           const float *mean, const float deviation[3], float *crop, int height, int width);
