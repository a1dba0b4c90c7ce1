// MD5 (RFC 1321) and HMAC-MD5 (RFC 2104) for short inputs.
#include <math.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "MD5 reads its words in the order of the machine here, which must be little-endian"
#endif

typedef struct {
  uint32_t state[4];
  uint64_t length;
  uint8_t block[64];
} md5;

static uint32_t sines[64];

static void md5_prepare(void) { // RFC 1321 section 3.4
  for (int i = 0; i < 64; i++) sines[i] = (uint32_t)(fabs(sin(i + 1)) * 4294967296.0);
}

#define STEP(f, word, shift)                                     \
  do {                                                           \
    uint32_t sum = a + (f) + sines[i] + words[(word)&15];        \
    a = d, d = c, c = b;                                         \
    b += sum << (shift) | sum >> (32 - (shift));                 \
  } while (0)

static void md5_compress(uint32_t *state, const uint8_t *block) {
  static const int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], words[16];
  memcpy(words, block, 64);
  for (int i = 0; i < 16; i++) STEP(d ^ (b & (c ^ d)), i, shifts[0][i & 3]);
  for (int i = 16; i < 32; i++) STEP(c ^ (d & (b ^ c)), 5 * i + 1, shifts[1][i & 3]);
  for (int i = 32; i < 48; i++) STEP(b ^ c ^ d, 3 * i + 5, shifts[2][i & 3]);
  for (int i = 48; i < 64; i++) STEP(c ^ (b | ~d), 7 * i, shifts[3][i & 3]);
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

static void md5_start(md5 *m) {
  *m = (md5){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

static void md5_add(md5 *m, const void *data, size_t length) {
  const uint8_t *bytes = data;
  size_t held = m->length & 63;
  m->length += length;
  if (held > 0) {
    size_t part = length < 64 - held ? length : 64 - held;
    memcpy(m->block + held, bytes, part);
    bytes += part, length -= part;
    if (held + part < 64) return;
    md5_compress(m->state, m->block);
  }
  for (; length >= 64; bytes += 64, length -= 64) md5_compress(m->state, bytes);
  memcpy(m->block, bytes, length);
}

static void md5_finish(md5 *m, uint8_t digest[16]) {
  static const uint8_t padding[64] = {0x80};
  uint64_t bits = m->length * 8;
  size_t held = m->length & 63;
  md5_add(m, padding, held < 56 ? 56 - held : 120 - held);
  md5_add(m, &bits, 8);
  memcpy(digest, m->state, 16);
}

typedef struct {
  md5 inner, outer;
} hmac;

static void hmac_prepare(hmac *h, const char *key) {
  uint8_t pad[64] = {0};
  size_t length = strlen(key);
  if (length > 64) {
    md5 hashed;
    md5_start(&hashed), md5_add(&hashed, key, length), md5_finish(&hashed, pad);
  } else {
    memcpy(pad, key, length);
  }
  for (int i = 0; i < 64; i++) pad[i] ^= 0x36;
  md5_start(&h->inner), md5_add(&h->inner, pad, 64);
  for (int i = 0; i < 64; i++) pad[i] ^= 0x36 ^ 0x5c;
  md5_start(&h->outer), md5_add(&h->outer, pad, 64);
}

static void hmac_of(const hmac *h, const uint8_t *bytes, size_t length, uint8_t digest[16]) {
  md5 inner = h->inner, outer = h->outer;
  md5_add(&inner, bytes, length), md5_finish(&inner, digest);
  md5_add(&outer, digest, 16), md5_finish(&outer, digest);
}
