// Colours changed at random: torchvision's formulas for 8-bit tensors (functional_tensor: adjust_brightness,
// _contrast, _saturation, _hue), in the same float arithmetic, in place. The same bytes on every machine.
//
// - pixels: [height][stride][3], of which the first `width` of each row are changed.
// - factor: 1 changes nothing; 0 leaves black, the mean grey, or each pixel's grey.
#pragma once
#include <stdint.h>

void jitter_brightness(uint8_t *pixels, int width, int height, long stride, double factor);
void jitter_contrast(uint8_t *pixels, int width, int height, long stride, double factor);
void jitter_saturation(uint8_t *pixels, int width, int height, long stride, double factor);

/// - shift: of the colour circle, -0.5...0.5; 0 changes nothing.
void jitter_hue(uint8_t *pixels, int width, int height, long stride, double shift);
