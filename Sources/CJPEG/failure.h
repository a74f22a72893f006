// libjpeg's error hook, shared by decoder and encoder: an error jumps to where the codec was entered, its text kept.
#pragma once
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include "cjpeg.h"

typedef struct {
    struct jpeg_error_mgr manager;  // first: libjpeg knows only this part
    jmp_buf entry;
    int lacks_memory;
    char message[CJPEG_MESSAGE_SIZE > JMSG_LENGTH_MAX ? CJPEG_MESSAGE_SIZE : JMSG_LENGTH_MAX];
} cjpeg_failure;

/// Prepares the hook; returns what goes into the codec's `err`.
struct jpeg_error_mgr *cjpeg_failure_hook(cjpeg_failure *failure);

/// Ends the codec's work with a text of our own. Does not return.
void cjpeg_fail(j_common_ptr codec, const char *message);

/// As above, for want of memory.
void cjpeg_fail_memory(j_common_ptr codec);
