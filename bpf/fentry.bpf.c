/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates for the backend fentry, one per slot. */
#include "fentry_argument.h"
#include "copied_function.h"

#include "copied_slots.h"

#define OWN_FUNCTION(ctx) function_address()
#include "argument_tie.h"
