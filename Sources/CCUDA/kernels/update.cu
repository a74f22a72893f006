// Gradients into new weights, all parameters in one launch: block b of the grid works at chunk b of the table. The formulas
// are those of update.c, clip.c and blend.c; norms are summed in double, in a fixed order. Padding has no weight and no
// gradient, so it stays zero without being asked about.

// What an update multiplies gradients by (clipping by norm), and the rate of each parameter (LARS): 1 + parameters numbers.
// Null where neither is wanted.
typedef const float *update_factors;

DEVICE eight gradients_of(const device_parameter &p, u32 i) {
    return p.sum      ? load8(p.sum + i)
           : p.narrow ? load8((const element *)p.gradients + i)
                      : load8((const float *)p.gradients + i);
}

DEVICE u32 end_of(const device_parameter &p, device_chunk chunk) {
    return chunk.first + DEVICE_CHUNK < p.count ? chunk.first + DEVICE_CHUNK : p.count;
}

// NaN passes.
DEVICE float held(float gradient, float limit) {
    const float low = gradient < -limit ? -limit : gradient;
    return low > limit ? limit : low;
}

// MARK: Norms

// Of each chunk Σ gradient² (held to the limit) and Σ weight²; zeros where nothing is learned. squares: [chunks][2].
KERNEL gradient_squares(const device_parameter *__restrict__ parameters, const device_chunk *__restrict__ chunks,
                        float limit, double *__restrict__ squares) {
    const device_chunk chunk = chunks[blockIdx.x];
    const device_parameter p = parameters[chunk.parameter];
    double gradient = 0, weight = 0;
    if (p.learns)
        for (u32 i = chunk.first + threadIdx.x * 8; i < end_of(p, chunk); i += THREADS * 8) {
            const eight g = gradients_of(p, i), w = load8(p.weights + i);
#pragma unroll
            for (int j = 0; j < 8; j++) {
                const double a = held(g.v[j], limit), b = w.v[j];
                gradient += a * a;
                weight += b * b;
            }
        }
    gradient = block_sum(gradient);
    weight = block_sum(weight);
    if (threadIdx.x > 0) return;
    squares[2 * (long)blockIdx.x] = gradient;
    squares[2 * (long)blockIdx.x + 1] = weight;
}

// One block. norm_limit: of clipping by norm, +∞ where there is none. trust: of LARS, 0 under another optimiser.
KERNEL gradient_norms(const device_parameter *__restrict__ parameters, int count, const double *__restrict__ squares,
                      float norm_limit, float trust, float *__restrict__ factors) {
    double all = 0;
    u32 first = 0;
    for (int index = 0; index < count; index++) {
        const u32 end = first + (parameters[index].count + DEVICE_CHUNK - 1) / DEVICE_CHUNK;
        double sum = 0;
        for (u32 chunk = first + threadIdx.x; chunk < end; chunk += THREADS) sum += squares[2 * (long)chunk];
        all += block_sum(sum);
        first = end;
    }
    const double within = (double)norm_limit / (sqrt(all) + 1e-6);
    const float coefficient = within >= 1 ? 1 : (float)within;
    if (threadIdx.x == 0) factors[0] = coefficient;
    first = 0;
    for (int index = 0; index < count; index++) {
        const device_parameter p = parameters[index];
        const u32 end = first + (p.count + DEVICE_CHUNK - 1) / DEVICE_CHUNK;
        double gradient = 0, weight = 0;
        if (trust != 0 && p.scaled)
            for (u32 chunk = first + threadIdx.x; chunk < end; chunk += THREADS) {
                gradient += squares[2 * (long)chunk];
                weight += squares[2 * (long)chunk + 1];
            }
        gradient = sqrt(block_sum(gradient)) * coefficient;
        weight = sqrt(block_sum(weight));
        if (threadIdx.x == 0)
            factors[1 + index] = weight != 0 && gradient != 0
                                     ? (float)(trust * weight / (gradient + (double)p.decay * weight + 1e-9))
                                     : 1;
        first = end;
    }
}

// MARK: Updates

// Of one weight: its moments, and what its parameter and the step say.
struct learner {
    float rate, decay, momentum, second_momentum, epsilon, first_correction, second_correction;
};

struct sgd {
    enum { moments = 1 };
    DEVICE static void step(const learner &l, float &w, float &v, float &, float g) {
        v = l.momentum * v - l.rate * (g + l.decay * w);
        w += v;
    }
};

struct nesterov {
    enum { moments = 1 };
    DEVICE static void step(const learner &l, float &w, float &v, float &, float g) {
        const float step = l.rate * (g + l.decay * w);
        v = l.momentum * v - step;
        w += l.momentum * v - step;
    }
};

struct adam {
    enum { moments = 2 };
    DEVICE static void step(const learner &l, float &w, float &m, float &v, float g) {
        const float gradient = g + l.decay * w;
        m = l.momentum * m + (1 - l.momentum) * gradient;
        v = l.second_momentum * v + (1 - l.second_momentum) * gradient * gradient;
        w -= l.rate / l.first_correction * m / (sqrtf(v) / l.second_correction + l.epsilon);
    }
};

// The decay joins the step: 1 − ε·d would lose most of a small decay to rounding.
struct adamw {
    enum { moments = 2 };
    DEVICE static void step(const learner &l, float &w, float &m, float &v, float g) {
        m = l.momentum * m + (1 - l.momentum) * g;
        v = l.second_momentum * v + (1 - l.second_momentum) * g * g;
        w -= l.rate * l.decay * w +
             l.rate / l.first_correction * m / (sqrtf(v) / l.second_correction + l.epsilon);
    }
};

// moved: Σ (new − old)² of each chunk, or null.
template <class method>
DEVICE void update(const device_parameter *parameters, const device_chunk *chunks, const device_rule &rule,
                   update_factors factors, double *moved, const device_step *step) {
    const device_chunk chunk = chunks[blockIdx.x];
    const device_parameter p = parameters[chunk.parameter];
    const float clip = factors ? factors[0] : 1, ratio = factors ? factors[1 + chunk.parameter] : 1;
    const learner own = {step->rate * p.rate * ratio, p.decay,           rule.momentum,          rule.second_momentum,
                         rule.epsilon,                step->first_correction, step->second_correction};
    double distance = 0;
    if (p.learns || p.average)
        for (u32 i = chunk.first + threadIdx.x * 8; i < end_of(p, chunk); i += THREADS * 8) {
            eight w = load8(p.weights + i);
            if (p.learns) {
                const eight g = gradients_of(p, i);
                eight m = load8(p.first_moment + i), v = zeros();
                if (method::moments == 2) v = load8(p.second_moment + i);
#pragma unroll
                for (int j = 0; j < 8; j++) {
                    const float old = w.v[j];
                    method::step(own, w.v[j], m.v[j], v.v[j], held(g.v[j] * clip, rule.limit));
                    if (moved) {
                        const double d = (double)w.v[j] - old;
                        distance += d * d;
                    }
                }
                store8(p.weights + i, w);
                store8(p.first_moment + i, m);
                if (method::moments == 2) store8(p.second_moment + i, v);
                if (p.copy) store8((element *)p.copy + i, w);
            }
            if (p.average) {
                eight a = load8(p.average + i);
#pragma unroll
                for (int j = 0; j < 8; j++) a.v[j] += rule.share * (w.v[j] - a.v[j]);
                store8(p.average + i, a);
            }
        }
    if (!moved) return;
    distance = block_sum(distance);
    if (threadIdx.x == 0) moved[blockIdx.x] = distance;
}

#define UPDATE(method)                                                                                                 \
    KERNEL update_##method(const device_parameter *__restrict__ parameters, const device_chunk *__restrict__ chunks,  \
                           device_rule rule, update_factors factors, double *__restrict__ moved,                       \
                           const device_step *__restrict__ step) {                                                     \
        update<method>(parameters, chunks, rule, factors, moved, step);                                                \
    }

UPDATE(sgd)
UPDATE(nesterov)
UPDATE(adam)
UPDATE(adamw)

// MARK: Sums and averages

// A piece's gradients to those before it.
KERNEL add_gradients(const device_parameter *__restrict__ parameters, const device_chunk *__restrict__ chunks,
                     const device_step *__restrict__ step) {
    const device_chunk chunk = chunks[blockIdx.x];
    const device_parameter p = parameters[chunk.parameter];
    if (!p.sum || !p.learns) return;
    for (u32 i = chunk.first + threadIdx.x * 8; i < end_of(p, chunk); i += THREADS * 8) {
        eight g = p.narrow ? load8((const element *)p.gradients + i) : load8((const float *)p.gradients + i);
        if (!step->begins) {
            const eight sum = load8(p.sum + i);
#pragma unroll
            for (int j = 0; j < 8; j++) g.v[j] += sum.v[j];
        }
        store8(p.sum + i, g);
    }
}

// Weights and averages change places; the copies follow the weights.
KERNEL swap_averages(const device_parameter *__restrict__ parameters, const device_chunk *__restrict__ chunks) {
    const device_chunk chunk = chunks[blockIdx.x];
    const device_parameter p = parameters[chunk.parameter];
    if (!p.average) return;
    for (u32 i = chunk.first + threadIdx.x * 8; i < end_of(p, chunk); i += THREADS * 8) {
        const eight w = load8(p.average + i);
        store8(p.average + i, load8(p.weights + i));
        store8(p.weights + i, w);
        if (p.copy) store8((element *)p.copy + i, w);
    }
}
