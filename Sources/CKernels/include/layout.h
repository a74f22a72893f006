// Between PyTorch's tensor order (channels first) and ours (channels last).
#pragma once

/// to[n][p][c] = from[n][c][p].
void layout_channels_last(float *to, const float *from, long count, int channels, int pixels);

/// to[n][c][p] = from[n][p][c].
void layout_channels_first(float *to, const float *from, long count, int channels, int pixels);
