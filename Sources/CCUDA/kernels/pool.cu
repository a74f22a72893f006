// Max pooling for any window, from any towers to any others. winners, laid out as y, say which place of its window each
// maximum comes from: the first of equals, and NaN before all. Grids: of what is written, as group_at has it.

KERNEL pool_forward(const element *__restrict__ x, device_tensor from, element *__restrict__ y,
                    u8 *__restrict__ winners, device_tensor to, int kernel, int stride) {
    const u32 total = groups_of_image(to);
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(to, i);
        const int channel = blockIdx.z * to.channels + group.channel, count = real_channels(to, group.channel);
        const long corner = place_of(from, 0, blockIdx.y, group.row * stride, group.column * stride);
        eight best = load_channels(x, from, corner, channel, count);
        bytes places = {0, 0};
        for (int row = 0, place = 0; row < kernel; row++)
            for (int column = 0; column < kernel; column++, place++) {
                if (place == 0) continue;
                const long pixel = corner + (long)(row * from.width + column) * from.padded;
                const eight values = load_channels(x, from, pixel, channel, count);
#pragma unroll
                for (int j = 0; j < 8; j++)
                    if (values.v[j] > best.v[j] || values.v[j] != values.v[j]) {
                        best.v[j] = values.v[j];
                        places = with_byte(places, j, (u32)place);
                    }
            }
        store8(y + group.place, best);
        *(uint2 *)(winners + group.place) = make_uint2(places.low, places.high);
    }
}

// Every pixel of x asks the windows that see it, in their order, whether it won.
KERNEL pool_backward(const element *__restrict__ dy, const u8 *__restrict__ winners, device_tensor from,
                     element *__restrict__ dx, device_tensor to, int kernel, int stride) {
    const u32 total = groups_of_image(to);
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(to, i);
        const int channel = blockIdx.z * to.channels + group.channel, count = real_channels(to, group.channel);
        const int top = group.row < kernel ? 0 : (group.row - kernel) / stride + 1;
        const int left = group.column < kernel ? 0 : (group.column - kernel) / stride + 1;
        eight sum = zeros();
        for (int row = top; row * stride <= group.row && row < from.height; row++)
            for (int column = left; column * stride <= group.column && column < from.width; column++) {
                const u32 place = (u32)((group.row - row * stride) * kernel + group.column - column * stride);
                const long pixel = place_of(from, 0, blockIdx.y, row, column);
                const bytes places = load_channels(winners, from, pixel, channel, count);
                const eight values = load_channels(dy, from, pixel, channel, count);
#pragma unroll
                for (int j = 0; j < 8; j++) sum.v[j] += byte_of(places, j) == place ? values.v[j] : 0;
            }
        store8(dx + group.place, sum);
    }
}
