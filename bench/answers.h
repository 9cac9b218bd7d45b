/* What the upstream says: answers made once, into which only nonce, place and time are put. */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include "http.h"

enum kind { WHOLE, BIG, UNPACED, PACED, TRANSLATED, TRANSLATED_STREAM, KINDS };

static const char *const KIND_NAMES[KINDS] = {"whole", "big", "stream-unpaced", "stream-paced",
                                                "translated", "stream-translated"};

struct counts {
  uint64_t requests, bytes_in, bytes_out, frames;
};

#define FRAME_BYTES 250
#define DONE "data: [DONE]\n\n"
#define LAST "e\r\n" DONE "\r\n0\r\n\r\n"
#define USUAL_HEADERS                                                                                                  \
  "openai-organization: bench\r\nopenai-processing-ms: 412\r\nopenai-version: 2020-10-01\r\n"                          \
  "x-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\nx-ratelimit-reset-requests: 6ms\r\n"   \
  "x-request-id: req_0f4c1b6f8a0e4f2b9d6a4c7e55aa1010\r\n"
#define STREAM_HEAD                                                                                                    \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n" USUAL_HEADERS     \
  "Transfer-Encoding: chunked\r\n\r\n"
#define REFUSAL                                                                                                        \
  "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 69\r\n\r\n"                           \
  "{\"error\":{\"message\":\"the body lacks its nonce or its end-of-prompt\"}}"
#define NOT_FOUND                                                                                                      \
  "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"                             \
  "{\"error\":{\"message\":\"no such path\"}}"

static char whole_text[4096];
static size_t whole_length, whole_body_length, whole_nonce_at;

/* An answer of 1.5 KB as the real service lays it out: prose, a fingerprint, usage with its details. */
static inline void whole_prepare(void) {
  static const char prose[] =
      "A reverse proxy stands between a client and a server. It accepts the connection, reads the request, decides "
      "where it should go and carries the answer back. Because every call passes through it, it is the natural place "
      "to authenticate callers, to balance load over several servers, to cache what may be cached and to write down "
      "what happened.\\n\\nThree things decide how much it costs: how often it copies the bytes, how many system calls "
      "it makes for each message, and how much it must understand of what it carries. A proxy that only forwards "
      "copies a message twice and understands its head alone. One that meters tokens must also find the usage in the "
      "answer, which stands near the end of the body.\\n\\nSo measure it with the work it is meant to do, at the load "
      "it will meet, compare it with the plainest proxy at hand, in one run on one machine, and repeat it until the "
      "figures stay where they are.";
  char body[3072];
  whole_body_length = (size_t)snprintf(body, sizeof body,
      "{\"id\":\"chatcmpl-bench-000000000\",\"object\":\"chat.completion\",\"created\":1763000000,"
      "\"model\":\"bench-model-2025-11-01\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
      "\"content\":\"%s\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
      "\"usage\":{\"prompt_tokens\":214,\"completion_tokens\":172,\"total_tokens\":386,"
      "\"prompt_tokens_details\":{\"cached_tokens\":128,\"audio_tokens\":0},\"completion_tokens_details\":"
      "{\"reasoning_tokens\":64,\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}},"
      "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_7c1f0a3b2e\"}",
      prose);
  whole_length = (size_t)snprintf(whole_text, sizeof whole_text,
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" USUAL_HEADERS "Content-Length: %zu\r\n\r\n%s",
      whole_body_length, body);
  whole_nonce_at = (size_t)(strstr(whole_text, "-bench-") + 7 - whole_text);
}

static inline size_t whole_write(char *out, uint64_t nonce) {
  memcpy(out, whole_text, whole_length);
  put_digits(out + whole_nonce_at, nonce, NONCE_DIGITS, 10);
  return whole_length;
}

static inline size_t whole_bytes(void) { return whole_body_length; }

/* A frame is one HTTP chunk of exactly FRAME_BYTES: padded, as the real service does, with an `obfuscation` field. */
struct frame {
  char text[FRAME_BYTES + 8];
  size_t nonce_at, place_at, time_at;
};

enum { OPENING, WORD, FINISH, USAGE, FRAMES };
static struct frame frames[FRAMES];

static inline void frame_prepare(struct frame *frame, const char *choices_and_usage) {
  char json[FRAME_BYTES + 1];
  int length = snprintf(json, sizeof json,
      "data: {\"id\":\"chatcmpl-bench-000000000\",\"object\":\"chat.completion.chunk\",\"created\":1763000000,"
      "\"model\":\"m\",%s,\"obfuscation\":\"f0000t0000000000000000",
      choices_and_usage);
  if (length > FRAME_BYTES - 4) die("a frame is too long");
  memset(json + length, 'x', (size_t)(FRAME_BYTES - 4 - length));
  memcpy(json + FRAME_BYTES - 4, "\"}\n\n", 5);
  snprintf(frame->text, sizeof frame->text, "%x\r\n%s\r\n", FRAME_BYTES, json);
  frame->nonce_at = (size_t)(strstr(frame->text, "-bench-") + 7 - frame->text);
  frame->place_at = (size_t)(strstr(frame->text, "\"f0000t") + 2 - frame->text);
  frame->time_at = frame->place_at + 5;
}

static inline void answers_prepare(void) {
  whole_prepare();
  frame_prepare(&frames[OPENING], "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]");
  frame_prepare(&frames[WORD], "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" carries\"},\"finish_reason\":null}]");
  frame_prepare(&frames[FINISH], "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]");
  frame_prepare(&frames[USAGE],
      "\"choices\":[],\"usage\":{\"prompt_tokens\":214,\"completion_tokens\":198,\"total_tokens\":412}");
}

/* Frame `place` of `total`: a role first, words, the finish last but one, the usage last. */
static inline size_t frame_write(char *out, uint64_t nonce, int place, int total) {
  int which = place == 0 ? OPENING : place == total - 1 ? USAGE : place == total - 2 ? FINISH : WORD;
  const struct frame *frame = &frames[which];
  size_t length = FRAME_BYTES + 6;
  memcpy(out, frame->text, length);
  put_digits(out + frame->nonce_at, nonce, NONCE_DIGITS, 10);
  put_digits(out + frame->place_at, (uint64_t)place, 4, 10);
  put_digits(out + frame->time_at, (uint64_t)now_ns(), 16, 16);
  return length;
}

/* By the path alone; KINDS when it is none of them. */
static inline enum kind kind_of(const char *head) {
  if (strncmp(head, "POST /", 6) != 0) return KINDS;
  for (int kind = 0; kind < KINDS; kind++) {
    size_t length = strlen(KIND_NAMES[kind]);
    if (strncmp(head + 6, KIND_NAMES[kind], length) == 0 &&
        strncmp(head + 6 + length, "/v1/chat/completions ", 21) == 0) {
      return (enum kind)kind;
    }
  }
  return KINDS;
}

/* Opens the JSON object; the caller closes it. */
static inline size_t counts_write(char *out, size_t room, const struct counts *counts) {
  size_t length = (size_t)snprintf(out, room, "{");
  for (int kind = 0; kind < KINDS; kind++) {
    const struct counts *c = &counts[kind];
    length += (size_t)snprintf(out + length, room - length,
        "\"%s\":{\"requests\":%lu,\"bytesIn\":%lu,\"bytesOut\":%lu,\"frames\":%lu},", KIND_NAMES[kind], c->requests,
        c->bytes_in, c->bytes_out, c->frames);
  }
  return length;
}

#endif
