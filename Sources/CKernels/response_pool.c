#include "response_pool.h"

// Rows that are normalised for one row of windows; or one pixel's gradient, and what its window sums.
long response_pool_scratch(const response_pool *shape) {
    const pool_shape *s = &shape->pool;
    long rows = shape->normalizes ? (long)s->kernel * s->width * s->channels : 0;
    long pixel = (s->channels + 15) / 16 * 32 + 16;
    return rows > pixel ? rows : pixel;
}
