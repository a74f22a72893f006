#include "layout.h"

void layout_channels_last(float *to, const float *from, long count, int channels, int pixels) {
    for (long n = 0; n < count; n++, to += (long)channels * pixels, from += (long)channels * pixels)
        for (int c = 0; c < channels; c++)
            for (int p = 0; p < pixels; p++) to[(long)p * channels + c] = from[(long)c * pixels + p];
}

void layout_channels_first(float *to, const float *from, long count, int channels, int pixels) {
    layout_channels_last(to, from, count, pixels, channels);
}
