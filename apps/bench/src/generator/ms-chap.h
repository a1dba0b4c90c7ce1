// MS-CHAPv2 of the peer (RFC 2759) and the keys that come out of it (RFC 3079), for passwords in ASCII; with MD4, SHA-1
// and DES for short inputs, because OpenSSL 3 has no MD4 and no single DES without its legacy provider.
#include "md5.h"

static uint32_t rotate(uint32_t word, int places) { return word << (places & 31) | word >> (-places & 31); }

// MD4 and SHA-1 pad alike; the order of the octets differs. Returns the number of blocks.
static size_t pad(uint8_t *blocks, size_t length, int big_endian) {
  size_t count = (length + 8) / 64 + 1;
  memset(blocks + length, 0, count * 64 - length);
  blocks[length] = 0x80;
  for (int i = 0; i < 8; i++)
    blocks[count * 64 - (size_t)(big_endian ? 1 + i : 8 - i)] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
  return count;
}

static void md4_of(const void *bytes, size_t length, uint8_t digest[16]) { // RFC 1320; up to 256 octets
  static const int shifts[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
  static const int order[3][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                   {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
                                   {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}};
  static const uint32_t constants[3] = {0, 0x5a827999, 0x6ed9eba1};
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}, words[16];
  uint8_t blocks[320];
  memcpy(blocks, bytes, length);
  size_t count = pad(blocks, length, 0);
  for (size_t block = 0; block < count; block++) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    memcpy(words, blocks + 64 * block, 64);
    for (int i = 0; i < 48; i++) {
      int round = i / 16;
      uint32_t f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
      uint32_t sum = rotate(a + f + words[order[round][i & 15]] + constants[round], shifts[round][i & 3]);
      a = d, d = c, c = b, b = sum;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  }
  memcpy(digest, state, 16);
}

typedef struct {
  size_t length;
  uint8_t bytes[320];
} joined; // what is hashed, up to 256 octets

static void join(joined *j, const void *part, size_t length) {
  memcpy(j->bytes + j->length, part, length);
  j->length += length;
}

static void sha1_of(joined *j, uint8_t digest[20]) { // FIPS 180-4 section 6.1
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, words[80];
  size_t count = pad(j->bytes, j->length, 1);
  for (size_t block = 0; block < count; block++) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 16; i++) {
      uint32_t word;
      memcpy(&word, j->bytes + 64 * block + 4 * i, 4);
      words[i] = __builtin_bswap32(word);
    }
    for (int i = 16; i < 80; i++) words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    for (int i = 0; i < 80; i++) {
      uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                   : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                   : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                            : (b ^ c ^ d) + 0xca62c1d6;
      uint32_t sum = rotate(a, 5) + f + e + words[i];
      e = d, d = c, c = rotate(b, 30), b = a, a = sum;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
  for (int i = 0; i < 5; i++) state[i] = __builtin_bswap32(state[i]);
  memcpy(digest, state, 20);
}

// DES (FIPS 46-3). The standard counts bits from 1, the most significant one first.

static const uint8_t substitutions[8][64] = { // S1 to S8, each row by row
    {14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8, 4,
        1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13},
    {15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5, 0,
        14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9},
    {10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
        13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12},
    {7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
        10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14},
    {2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6, 4,
        2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3},
    {12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8, 9,
        14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13},
    {4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6, 1,
        4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12},
    {13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2, 7,
        11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11}};
static const uint8_t box_places[32] = { // P
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4,
    25};
static const uint8_t key_places[56] = { // PC-1
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63,
    55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4};
static const uint8_t round_places[48] = { // PC-2
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55,
    30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32};
static const int rotations[16] = {1, 2, 4, 6, 8, 10, 12, 14, 15, 17, 19, 21, 23, 25, 27, 28};

static uint8_t initial_places[64], final_places[64]; // IP and its inverse
static uint32_t boxes[8][64];                        // P after S, for each box and its six bits of input

static uint64_t permute(uint64_t value, int width, const uint8_t *places, int count) {
  uint64_t result = 0;
  for (int i = 0; i < count; i++) result = result << 1 | (value >> (width - places[i]) & 1);
  return result;
}

static void des_prepare(void) {
  for (int i = 0; i < 64; i++) {
    initial_places[i] = (uint8_t)((i < 32 ? 58 : 57) + i / 8 % 4 * 2 - i % 8 * 8);
    final_places[initial_places[i] - 1] = (uint8_t)(i + 1);
  }
  for (int box = 0; box < 8; box++)
    for (int input = 0; input < 64; input++) { // the outer two bits choose the row, the inner four the column
      int place = (input & 32) | (input & 1) << 4 | (input >> 1 & 15);
      boxes[box][input] = (uint32_t)permute((uint64_t)substitutions[box][place] << (28 - 4 * box), 32, box_places, 32);
    }
}

static void des_schedule(const uint8_t key[7], uint64_t rounds[16]) { // RFC 2759 section 8.6: 56 bits, no parity
  uint64_t bits = 0, spread = 0;
  for (int i = 0; i < 7; i++) bits = bits << 8 | key[i];
  for (int i = 0; i < 8; i++) spread = spread << 8 | (bits >> (49 - 7 * i) & 127) << 1;
  uint64_t halves = permute(spread, 64, key_places, 56), c = halves >> 28, d = halves & 0xfffffff;
  for (int i = 0; i < 16; i++) {
    uint64_t left = c << rotations[i] | c >> (28 - rotations[i]), right = d << rotations[i] | d >> (28 - rotations[i]);
    rounds[i] = permute((left & 0xfffffff) << 28 | (right & 0xfffffff), 56, round_places, 48);
  }
}

static void des_encrypt(const uint64_t rounds[16], const uint8_t clear[8], uint8_t cipher[8]) {
  uint64_t block = 0;
  for (int i = 0; i < 8; i++) block = block << 8 | clear[i];
  block = permute(block, 64, initial_places, 64);
  uint32_t left = (uint32_t)(block >> 32), right = (uint32_t)block;
  for (int i = 0; i < 16; i++) {
    uint32_t next = left;
    for (int box = 0; box < 8; box++)
      next ^= boxes[box][(rotate(right, 5 + 4 * box) & 63) ^ (rounds[i] >> (42 - 6 * box) & 63)];
    left = right, right = next;
  }
  block = permute((uint64_t)right << 32 | left, 64, final_places, 64);
  for (int i = 0; i < 8; i++) cipher[i] = (uint8_t)(block >> (56 - 8 * i));
}

// MS-CHAPv2.

static struct {
  uint64_t keys[3][16]; // the schedules of the three DES keys that the NT hash makes
  uint8_t hash_hash[16];
} ms_chap_password;

static void ms_chap_prepare(const char *password) {
  uint8_t wide[256] = {0}, hash[21] = {0};
  size_t length = strnlen(password, sizeof wide / 2);
  for (size_t i = 0; i < length; i++) wide[2 * i] = (uint8_t)password[i];
  des_prepare();
  md4_of(wide, 2 * length, hash);
  md4_of(hash, 16, ms_chap_password.hash_hash);
  for (int i = 0; i < 3; i++) des_schedule(hash + 7 * i, ms_chap_password.keys[i]);
}

static void challenge_hash(const uint8_t peer[16], const uint8_t authenticator[16], const char *user,
                           uint8_t challenge[8]) { // RFC 2759 section 8.2
  joined j = {0};
  uint8_t digest[20];
  join(&j, peer, 16), join(&j, authenticator, 16), join(&j, user, strnlen(user, 200)), sha1_of(&j, digest);
  memcpy(challenge, digest, 8);
}

static void nt_response(const uint8_t challenge[8], uint8_t response[24]) { // RFC 2759 section 8.5
  for (int i = 0; i < 3; i++) des_encrypt(ms_chap_password.keys[i], challenge, response + 8 * i);
}

static void authenticator_response(const uint8_t response[24], const uint8_t challenge[8],
                                   char text[43]) { // RFC 2759 section 8.7: "S=" and 40 digits
  static const char magic1[] = "Magic server to client signing constant";
  static const char magic2[] = "Pad to make it do more than one iteration", digits[] = "0123456789ABCDEF";
  joined first = {0}, second = {0};
  uint8_t digest[20];
  join(&first, ms_chap_password.hash_hash, 16), join(&first, response, 24), join(&first, magic1, sizeof magic1 - 1);
  sha1_of(&first, digest);
  join(&second, digest, 20), join(&second, challenge, 8), join(&second, magic2, sizeof magic2 - 1);
  sha1_of(&second, digest);
  memcpy(text, "S=", 3);
  for (int i = 0; i < 20; i++) text[2 + 2 * i] = digits[digest[i] >> 4], text[3 + 2 * i] = digits[digest[i] & 15];
  text[42] = 0;
}

// What the server calls MS-MPPE-Send-Key and MS-MPPE-Recv-Key (RFC 3079 sections 3.3 and 3.4, for 128 bits).
static void mppe_keys(const uint8_t response[24], uint8_t send[16], uint8_t receive[16]) {
  static const char magic[] = "This is the MPPE Master Key";
  static const char *directions[2] = {
      "On the client side, this is the receive key; on the server side, it is the send key.",
      "On the client side, this is the send key; on the server side, it is the receive key."};
  uint8_t zeros[40] = {0}, pads[40], master[20], digest[20];
  joined j = {0};
  memset(pads, 0xf2, sizeof pads);
  join(&j, ms_chap_password.hash_hash, 16), join(&j, response, 24), join(&j, magic, sizeof magic - 1);
  sha1_of(&j, master);
  for (int i = 0; i < 2; i++) {
    joined k = {0};
    join(&k, master, 16), join(&k, zeros, 40), join(&k, directions[i], strlen(directions[i])), join(&k, pads, 40);
    sha1_of(&k, digest);
    memcpy(i == 0 ? send : receive, digest, 16);
  }
}
