/* The two ends of a request's body: enough to see that it arrived whole, whatever its length. */
#ifndef BENCH_EDGES_H
#define BENCH_EDGES_H

#include "http.h"

#define EDGE 4096

struct edges {
  char lead[EDGE], tail[EDGE];
  size_t lead_length, tail_length;
  uint64_t length;
};

static inline void edges_clear(struct edges *e) {
  e->lead_length = e->tail_length = 0;
  e->length = 0;
}

static inline void edges_take(void *owner, const char *bytes, size_t length) {
  struct edges *e = owner;
  e->length += length;
  size_t room = EDGE - e->lead_length;
  size_t lead = length < room ? length : room;
  memcpy(e->lead + e->lead_length, bytes, lead);
  e->lead_length += lead;
  if (length >= EDGE) {
    memcpy(e->tail, bytes + length - EDGE, EDGE);
    e->tail_length = EDGE;
    return;
  }
  size_t over = e->tail_length + length > EDGE ? e->tail_length + length - EDGE : 0;
  memmove(e->tail, e->tail + over, e->tail_length - over);
  e->tail_length -= over;
  memcpy(e->tail + e->tail_length, bytes, length);
  e->tail_length += length;
}

/* The nonce, if the body carries one and its end-of-prompt as well. */
static inline bool edges_nonce(const struct edges *e, uint64_t *nonce) {
  const char *at = memmem(e->lead, e->lead_length, "nonce=", 6);
  if (!at || at + 6 + NONCE_DIGITS > e->lead + e->lead_length) return false;
  char digits[NONCE_DIGITS + 1] = {0};
  memcpy(digits, at + 6, NONCE_DIGITS);
  *nonce = strtoull(digits, NULL, 10);
  return memmem(e->tail, e->tail_length, "end-of-prompt", 13) != NULL;
}

#endif
