// ReLU and dropout, where the activations lie. Padding stays zero.

// count: a multiple of 8. NaN passes.
KERNEL relu_forward(element *__restrict__ y, long count) {
    for (long i = thread_index() * 8; i < count; i += thread_count() * 8) {
        eight values = load8(y + i);
#pragma unroll
        for (int j = 0; j < 8; j++) values.v[j] = values.v[j] < 0 ? 0 : values.v[j];
        store8(y + i, values);
    }
}

KERNEL relu_backward(const element *__restrict__ y, element *__restrict__ dy, long count) {
    for (long i = thread_index() * 8; i < count; i += thread_count() * 8) {
        const eight outputs = load8(y + i);
        eight values = load8(dy + i);
#pragma unroll
        for (int j = 0; j < 8; j++) values.v[j] = outputs.v[j] <= 0 ? 0 : values.v[j];
        store8(dy + i, values);
    }
}

// The masks of dropout_apply: unit u of a slot takes word u mod 4 of Philox at counter (u / 4, slot, step low,
// purpose | layer << 8 | step high << 24) and is dropped where the word is below the threshold. Units are numbered
// [height][width][channels of the layer]. Grid: as group_at has it.
KERNEL dropout(element *__restrict__ values, device_tensor t, u32 seed_low, u32 seed_high, u32 purpose, u32 layer,
               u32 threshold, float scale, int always, const device_step *__restrict__ step) {
    if (!always && !step->drops) return;
    const u32 total = groups_of_image(t), slot = (u32)step->first + blockIdx.y;
    const u32 low = step->step_low, tag = purpose | layer << 8 | step->step_high << 24;
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(t, i);
        const u32 unit = (u32)(group.row * t.width + group.column) * (u32)(t.towers * t.channels) +
                         blockIdx.z * (u32)t.channels + (u32)group.channel;
        const u32 quad = unit / 4, shift = unit % 4;
        const uint4 a = philox(make_uint4(quad, slot, low, tag), seed_low, seed_high);
        const uint4 b = philox(make_uint4(quad + 1, slot, low, tag), seed_low, seed_high);
        uint4 c = make_uint4(0, 0, 0, 0);
        if (shift > 0) c = philox(make_uint4(quad + 2, slot, low, tag), seed_low, seed_high);
        const u32 words[11] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w, c.x, c.y, c.z};
        eight x = load8(values + group.place);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const u32 word = shift == 0   ? words[j]
                             : shift == 1 ? words[j + 1]
                             : shift == 2 ? words[j + 2]
                                          : words[j + 3];
            x.v[j] *= word < threshold ? 0 : scale;
        }
        store8(values + group.place, x);
    }
}
