// Everything that this module offers; also what Swift imports.
#pragma once

#include "activation.h"
#include "convolution.h"
#include "crc32c.h"
#include "input.h"
#include "kernel.h"
#include "lanes.h"
#include "layout.h"
#include "loss.h"
#include "normalization.h"
#include "pages.h"
#include "patterns.h"
#include "philox.h"
#include "pixels.h"
#include "pooling.h"
#include "statistics.h"
#include "update.h"
