#include "failure.h"

#include <jerror.h>

static void jump(j_common_ptr codec) {
    cjpeg_failure *failure = (cjpeg_failure *)codec->err;
    codec->err->format_message(codec, failure->message);
    failure->lacks_memory = codec->err->msg_code == JERR_OUT_OF_MEMORY;
    longjmp(failure->entry, 1);
}

// libjpeg goes on after a warning with whatever pixels it can make up. The harmless ones (stray bytes between segments,
// odd version numbers, a broken colour profile) are ignored; those that mean lost image data end the decoding.
static void weigh(j_common_ptr codec, int level) {
    if (level >= 0) return;
    switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        jump(codec);
    }
}

static void silent(j_common_ptr codec) { (void)codec; }

struct jpeg_error_mgr *cjpeg_failure_hook(cjpeg_failure *failure) {
    struct jpeg_error_mgr *manager = jpeg_std_error(&failure->manager);
    manager->error_exit = jump;
    failure->lacks_memory = 0;
    manager->emit_message = weigh;
    manager->output_message = silent;
    return manager;
}

void cjpeg_fail(j_common_ptr codec, const char *message) {
    cjpeg_failure *failure = (cjpeg_failure *)codec->err;
    snprintf(failure->message, sizeof failure->message, "%s", message);
    longjmp(failure->entry, 1);
}

void cjpeg_fail_memory(j_common_ptr codec) {
    ((cjpeg_failure *)codec->err)->lacks_memory = 1;
    cjpeg_fail(codec, "not enough memory for its pixels");
}
