/* Reads one answer and judges it: status, framing, the caller's own nonce, every frame in its place, the end. */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include "http.h"
#include "samples.h"

#define ANSWER_ROOM 65536

struct expectation {
  int frames; /* 0: a whole answer, unless: */
  int deltas; /* a stream in Anthropic's dialect with so many words */
  const char *text;
};

struct answer {
  const struct expectation *expected;
  uint64_t nonce;
  char head[16384];
  size_t head_length;
  bool has_head, last, closes;
  struct body body;
  char text[ANSWER_ROOM];
  size_t text_length;
  uint64_t bytes;
  int frames;
  int64_t first_at;
  struct samples *delays;
  const char *wrong; /* the first thing that was */
};

static inline void answer_begin(struct answer *a, uint64_t nonce, const struct expectation *expected) {
  a->expected = expected;
  a->nonce = nonce;
  a->head_length = a->text_length = 0;
  a->has_head = a->last = a->closes = false;
  a->bytes = 0;
  a->frames = 0;
  a->first_at = 0;
  a->wrong = NULL;
}

static inline void answer_blame(struct answer *a, const char *wrong) {
  if (!a->wrong) a->wrong = wrong;
}

/* Whether this text carries the nonce that this call sent. */
static inline bool answer_is_ours(const struct answer *a, const char *text, size_t length) {
  char id[7 + NONCE_DIGITS];
  memcpy(id, "-bench-", 7);
  put_digits(id + 7, a->nonce, NONCE_DIGITS, 10);
  return memmem(text, length, id, sizeof id) != NULL;
}

static inline void answer_frame(struct answer *a, const char *frame, size_t length) {
  if (a->last) return answer_blame(a, "a frame after [DONE]");
  if (length == 12 && memcmp(frame, "data: [DONE]", 12) == 0) {
    a->last = true;
    return;
  }
  if (length < 6 || memcmp(frame, "data: ", 6) != 0) return answer_blame(a, "a frame that is no data line");
  if (!answer_is_ours(a, frame, length)) return answer_blame(a, "a frame of another call");
  const char *mark = memmem(frame, length, "\"obfuscation\":\"f", 16);
  if (!mark || mark + 37 > frame + length) return answer_blame(a, "a frame without its place");
  if (a->frames == 0) a->first_at = now_ns();
  if (strtol(mark + 16, NULL, 10) != a->frames) return answer_blame(a, "a frame out of its place");
  if (a->delays) samples_add(a->delays, now_ns() - strtoll(mark + 21, NULL, 16));
  a->frames++;
}

/* Of a translated stream: the nonce stands in its first event alone, and the upstream's word in every delta. */
static inline void answer_event(struct answer *a, const char *frame, size_t length) {
  if (a->last) return answer_blame(a, "an event after message_stop");
  if (length < 7 || memcmp(frame, "event: ", 7) != 0) return answer_blame(a, "an event without a name");
  const char *name = frame + 7;
  if (strncmp(name, "message_start\n", 14) == 0) {
    if (a->frames > 0 || !answer_is_ours(a, frame, length)) answer_blame(a, "a stream of another call");
    a->first_at = now_ns();
  } else if (strncmp(name, "content_block_delta\n", 20) == 0) {
    if (!memmem(frame, length, "\"text\":\" carries\"", 17)) return answer_blame(a, "a delta without its word");
    a->frames++;
  } else if (strncmp(name, "message_stop\n", 13) == 0) {
    a->last = true;
  }
}

static inline bool answer_streams(const struct answer *a) { return a->expected->frames > 0 || a->expected->deltas > 0; }

static inline void answer_text(void *owner, const char *bytes, size_t length) {
  struct answer *a = owner;
  a->bytes += length;
  if (a->text_length + length > ANSWER_ROOM) return answer_blame(a, "an answer or a frame above 64 KB");
  memcpy(a->text + a->text_length, bytes, length);
  a->text_length += length;
  if (!answer_streams(a) || strncmp(a->head + 9, "200", 3) != 0) return;
  char *at = a->text, *end = a->text + a->text_length;
  for (char *gap; (gap = memmem(at, (size_t)(end - at), "\n\n", 2)); at = gap + 2) {
    if (a->expected->deltas > 0) answer_event(a, at, (size_t)(gap - at));
    else answer_frame(a, at, (size_t)(gap - at));
  }
  a->text_length = (size_t)(end - at);
  memmove(a->text, at, a->text_length);
}

static inline void answer_judge(struct answer *a) {
  if (strncmp(a->head, "HTTP/1.1 200", 12) != 0) return answer_blame(a, "its status is not 200");
  if (answer_streams(a)) {
    int expected = a->expected->deltas > 0 ? a->expected->deltas : a->expected->frames;
    if (!a->last) answer_blame(a, "no [DONE] or message_stop at its end");
    if (a->frames != expected) answer_blame(a, "a wrong number of frames");
    if (a->text_length > 0) answer_blame(a, "half a frame at its end");
    return;
  }
  if (!answer_is_ours(a, a->text, a->text_length)) answer_blame(a, "an answer to another call");
  if (!memmem(a->text, a->text_length, a->expected->text, strlen(a->expected->text))) {
    answer_blame(a, "the expected text is missing");
  }
}

/* Takes bytes that arrived; true when the answer is complete (and judged) or beyond repair. */
static inline bool answer_take(struct answer *a, const char *in, size_t length) {
  size_t at = 0;
  if (!a->has_head) {
    size_t before = a->head_length, room = sizeof a->head - 1 - before;
    size_t part = length < room ? length : room;
    memcpy(a->head + before, in, part);
    a->head[before + part] = 0;
    char *end = strstr(a->head + (before > 3 ? before - 3 : 0), "\r\n\r\n");
    a->head_length += part;
    if (!end) {
      if (part == room) answer_blame(a, "a head above 16 KB");
      return a->wrong != NULL;
    }
    end[4] = 0;
    at = (size_t)(end + 4 - a->head) - before;
    a->has_head = true;
    a->body = body_of(a->head);
    const char *connection = header_value(a->head, "connection");
    a->closes = connection && strncasecmp(connection, "close", 5) == 0;
  }
  at += body_take(&a->body, in + at, length - at, answer_text, a);
  if (a->body.broken) answer_blame(a, "broken chunks");
  if (a->body.done && at < length) answer_blame(a, "bytes after its end");
  if (a->body.done) answer_judge(a);
  return a->body.done || a->wrong != NULL;
}

#endif
