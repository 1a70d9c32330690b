/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of the host protocol: VERB key=value ..., values percent-encoded. */
#ifndef CALLBOX_LINE_H
#define CALLBOX_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_BYTES 1024
#define LINE_MAX_KEYS 16

struct line {
	char bytes[LINE_MAX_BYTES + 1];
	size_t used;
	const char *verb;
	const char *key[LINE_MAX_KEYS];
	const char *value[LINE_MAX_KEYS];
	unsigned keys;
};

/* Cut a received message up in place; NULL, or what is wrong with it. */
const char *line_parse(struct line *line, const char *data, size_t size);
/* The value of a key, or NULL. */
const char *line_get(const struct line *line, const char *key);
/* A decimal number in [low, high]; an absent key gives `otherwise`; false: bad value. */
bool line_number(const struct line *line, const char *key, int64_t low, int64_t high,
		 int64_t otherwise, int64_t *number);

void line_start(struct line *line, const char *verb);
void line_add_number(struct line *line, const char *key, int64_t number);
void line_add_text(struct line *line, const char *key, const char *text);

#endif
