#include "tensorboard_proto.h"
