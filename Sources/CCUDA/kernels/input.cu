// Bytes to the network's input: crop, mirror, colour and normalisation in one pass, with space to depth for a first
// convolution that has a stride. Grid: y is the image, x goes over groups of eight channels.

// mean_image: [256][256][3], or null. Channel (dy · block + dx) · 3 + c of pixel (y, x) is
// channel c of the crop's pixel (y · block + dy − padding, x · block + dx − padding); outside of the crop there is zero.
KERNEL input_crop(const device_draw *__restrict__ draws, const float *__restrict__ mean_image,
                  device_normalization normalization, element *__restrict__ out, device_tensor t, int height, int width, int block, int padding,
                  const device_step *__restrict__ step) {
    const int side = 256, image = blockIdx.y;
    const bool used = image < step->count;
    const device_draw draw = used ? draws[image] : device_draw{nullptr, 0, 0, 0, {0, 0, 0}};
    const u8 *square = draw.pixels;
    const u32 total = groups_of_image(t);
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(t, i);
        int tap = group.channel / 3, c = group.channel - tap * 3, dy = tap / block, dx = tap - dy * block;
        eight values;
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const int y = group.row * block + dy - padding, x = group.column * block + dx - padding;
            float value = 0;
            if (used && group.channel + j < t.channels && y >= 0 && y < height && x >= 0 && x < width) {
                const int source = ((draw.top + y) * side + draw.left + (draw.flip ? width - 1 - x : x)) * 3 + c;
                const float color = c == 0 ? draw.color[0] : c == 1 ? draw.color[1] : draw.color[2];
                const float mean = mean_image ? mean_image[source]
                                   : c == 0   ? normalization.mean[0]
                                   : c == 1   ? normalization.mean[1]
                                              : normalization.mean[2];
                const float deviation = c == 0   ? normalization.deviation[0]
                                        : c == 1 ? normalization.deviation[1]
                                                 : normalization.deviation[2];
                value = ((float)square[source] + color - mean) / deviation;
            }
            values.v[j] = value;
            if (++c == 3) {
                c = 0;
                if (++dx == block) dx = 0, dy++;
            }
        }
        store8(out + group.place, values);
    }
}
