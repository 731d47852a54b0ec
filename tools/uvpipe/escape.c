/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "tools/uvpipe/escape.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

/* Bytes that a sequence with this first byte takes; 0: no sequence begins so. */
static size_t sequence_bytes(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        return 3;
    }
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t uvp_utf8_decode(const unsigned char *text, size_t bytes, uint32_t *character)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t length = sequence_bytes(text[0]);
    uint32_t value = text[0];

    if (length == 0 || length > bytes) {
        return 0;
    }
    if (length > 1) {
        value &= 0x7fU >> length;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = (value << 6) | (text[i] & 0x3fU);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return 0;
    }
    *character = value;
    return length;
}

/* Controls (C0, DEL, C1), line separators, and what turns the writing direction around. */
static bool is_unprintable(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7f && character < 0xa0)) {
        return true;
    }
    return (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0x200e ||
           character == 0x200f;
}

static void put_hex(char *out, unsigned char byte)
{
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
}

/* Puts one character (or one broken byte) into `piece`; returns how long it is there. */
static size_t make_piece(char piece[16], const unsigned char *text, size_t length, bool hex)
{
    if (!hex) {
        memcpy(piece, text, length);
        return length;
    }
    for (size_t i = 0; i < length; i++) {
        put_hex(piece + 4 * i, text[i]);
    }
    return 4 * length;
}

static size_t escape(char *out, size_t room, const char *text, size_t bytes, bool controls)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + bytes;
    size_t used = 0;
    size_t safe = 0; /* the longest length after which "..." still fits */

    while (at < end) {
        char piece[16];
        uint32_t character = 0;
        size_t length = uvp_utf8_decode(at, (size_t)(end - at), &character);
        const bool broken = length == 0;

        length = broken ? 1 : length;
        const size_t written =
            make_piece(piece, at, length, broken || (controls && is_unprintable(character)));
        if (used + written >= room) {
            memcpy(out + safe, "...", 4);
            return safe + 3;
        }
        memcpy(out + used, piece, written);
        used += written;
        safe = used + 4 <= room ? used : safe;
        at += length;
    }
    out[used] = '\0';
    return used;
}

size_t uvp_escape(char *out, size_t room, const char *text, size_t bytes)
{
    return escape(out, room, text, bytes, true);
}

size_t uvp_escape_invalid(char *out, size_t room, const char *text, size_t bytes)
{
    return escape(out, room, text, bytes, false);
}

bool uvp_utf8_is_valid(const char *text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + bytes;

    while (at < end) {
        uint32_t character = 0;
        const size_t length = uvp_utf8_decode(at, (size_t)(end - at), &character);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

void uvp_base16(char *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char byte = (unsigned char)text[i];
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    out[2 * bytes] = '\0';
}
