/* SPDX-License-Identifier: GPL-2.0-only */
#include "line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decode in place: the result is never longer. */
static bool percent_decode(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		if (*in != '%') {
			*out++ = *in;
			continue;
		}
		int high = hex_digit(in[1]);
		int low = high < 0 ? -1 : hex_digit(in[2]);
		if (low < 0 || (high == 0 && low == 0))
			return false;
		*out++ = (char)(high * 16 + low);
		in += 2;
	}
	*out = '\0';
	return true;
}

static const char *take_pair(struct line *line, char *word)
{
	char *equals = strchr(word, '=');

	if (!equals || equals == word)
		return "a word is not key=value";
	*equals = '\0';
	if (line->keys == LINE_MAX_KEYS)
		return "too many keys";
	if (line_get(line, word))
		return "a key is given twice";
	if (!percent_decode(equals + 1))
		return "bad percent encoding";
	line->key[line->keys] = word;
	line->value[line->keys++] = equals + 1;
	return NULL;
}

const char *line_parse(struct line *line, const char *data, size_t size)
{
	char *rest = NULL;
	const char *problem = NULL;

	line->keys = 0;
	line->verb = "";
	if (size == 0 || size > LINE_MAX_BYTES)
		return "line too short or too long";
	for (size_t i = 0; i < size; i++)
		if (data[i] < ' ' || data[i] > '~')
			return "not printable ASCII";
	memcpy(line->bytes, data, size);
	line->bytes[size] = '\0';
	char *word = strtok_r(line->bytes, " ", &rest);
	if (!word)
		return "no verb";
	line->verb = word;
	while (!problem && (word = strtok_r(NULL, " ", &rest)))
		problem = take_pair(line, word);
	return problem;
}

const char *line_get(const struct line *line, const char *key)
{
	for (unsigned i = 0; i < line->keys; i++)
		if (!strcmp(line->key[i], key))
			return line->value[i];
	return NULL;
}

bool line_number(const struct line *line, const char *key, int64_t low, int64_t high,
		 int64_t otherwise, int64_t *number)
{
	const char *text = line_get(line, key);
	char *end;

	*number = otherwise;
	if (!text)
		return true;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < low || value > high)
		return false;
	*number = value;
	return true;
}

static void add_bytes(struct line *line, const char *bytes, size_t size)
{
	/* What does not fit is left out whole by the callers below. */
	memcpy(line->bytes + line->used, bytes, size);
	line->used += size;
	line->bytes[line->used] = '\0';
}

void line_start(struct line *line, const char *verb)
{
	line->used = 0;
	line->keys = 0;
	add_bytes(line, verb, strlen(verb));
}

void line_add_text(struct line *line, const char *key, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	char pair[3 * 256 + 64];
	int head = snprintf(pair, 64, " %s=", key);

	if (head < 0 || head >= 64)
		return;
	size_t used = (size_t)head;
	for (const char *c = text; *c && used + 3 < sizeof(pair); c++) {
		if (*c > ' ' && *c <= '~' && *c != '%' && *c != '=') {
			pair[used++] = *c;
			continue;
		}
		pair[used++] = '%';
		pair[used++] = hex[(unsigned char)*c >> 4];
		pair[used++] = hex[(unsigned char)*c & 15];
	}
	if (line->used + used <= LINE_MAX_BYTES)
		add_bytes(line, pair, used);
}

void line_add_number(struct line *line, const char *key, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	line_add_text(line, key, text);
}
