// Between rows and panels of 16 columns (matrix.h). One chunk at a time; `count` of its columns exist (1 to
// 16), and the rest of a panel is zero.
#pragma once

/// panel[r][c] = rows[r · stride + c]: `height` rows.
void panels_pack(const float *rows, long stride, long height, int count, float *panel);

/// panel[r][c] = rows[c · stride + r]: `height` elements of each of `count` rows.
void panels_pack_transposed(const float *rows, long stride, long height, int count, float *panel);

/// rows[r · stride + c] = panel[r][c] + bias[c], then max(0, ·) if `relu`.
void panels_unpack(const float *panel, long height, int count, const float *bias, int relu, float *rows,
                   long stride);

/// rows[c · stride + r] = panel[r][c].
void panels_unpack_transposed(const float *panel, long height, int count, float *rows, long stride);

/// compact[r][c] = panel[r][c], and back: [height][count] for [height][16].
void panels_narrow(const float *panel, long height, int count, float *compact);
void panels_widen(const float *compact, long height, int count, float *panel);

/// The weights of `count` outputs in PyTorch's order, canonical[c][channel][pixel], as
/// compact[pixel][channel][c]; and back.
void panels_from_outputs(const float *canonical, int channels, int pixels, int count, float *compact);
void panels_to_outputs(const float *compact, int channels, int pixels, int count, float *canonical);
