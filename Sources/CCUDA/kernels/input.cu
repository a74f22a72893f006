// Bytes to the network's input: crop, mirror, colour and normalisation in one pass, with space to depth for a first
// convolution that has a stride. Grid: y is the image, x goes over groups of eight channels.

// mean_image: [256][256][3], or null. Channel (dy · block + dx) · 3 + c of pixel (y, x) is
// channel c of the crop's pixel (y · block + dy − padding, x · block + dx − padding); outside of the crop there is zero.
KERNEL input_crop(const device_draw *__restrict__ draws, const float *__restrict__ mean_image,
                  device_normalization normalization, element *__restrict__ out, device_tensor t, int height, int width,
                  int block, int padding, const device_step *__restrict__ step) {
    const int side = 256, image = blockIdx.y;
    const u32 total = groups_of_image(t);
    if (image >= step->count) {
        for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) store8(out + group_at(t, i).place, zeros());
        return;
    }
    const device_draw draw = draws[image];
    const u8 *__restrict__ square = draw.pixels;
    float shift[3], scale[3];
#pragma unroll
    for (int c = 0; c < 3; c++) {
        shift[c] = mean_image ? draw.color[c] : draw.color[c] - normalization.mean[c];
        scale[c] = 1 / normalization.deviation[c];
    }
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(t, i);
        const int tap = group.channel / 3, first = group.channel - tap * 3;
        int c = first, dy = tap / block, dx = tap - dy * block;
        // Of the group's first three channels, and so of all.
        float shifts[3], scales[3];
#pragma unroll
        for (int j = 0; j < 3; j++) {
            shifts[j] = first == 0 ? shift[j] : first == 1 ? shift[(j + 1) % 3] : shift[(j + 2) % 3];
            scales[j] = first == 0 ? scale[j] : first == 1 ? scale[(j + 1) % 3] : scale[(j + 2) % 3];
        }
        // All loads go out before the first is waited for: what lies outside is read at the square's corner, and not used.
        int sources[8];
        bool inside[8];
        u32 pixels[8];
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const int y = group.row * block + dy - padding, x = group.column * block + dx - padding;
            inside[j] = group.channel + j < t.channels && (u32)y < (u32)height && (u32)x < (u32)width;
            const int column = draw.flip ? width - 1 - x : x;
            sources[j] = inside[j] ? ((draw.top + y) * side + draw.left + column) * 3 + c : 0;
            pixels[j] = square[sources[j]];
            if (++c == 3) {
                c = 0;
                if (++dx == block) dx = 0, dy++;
            }
        }
        eight values;
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const float shift = mean_image ? shifts[j % 3] - mean_image[sources[j]] : shifts[j % 3];
            values.v[j] = inside[j] ? ((float)pixels[j] + shift) * scales[j % 3] : 0;
        }
        store8(out + group.place, values);
    }
}
