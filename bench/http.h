/* What the upstream and the load generator share: time, sockets, and the framing of HTTP/1.1 bodies. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NONCE_DIGITS 9

static inline void die(const char *what) {
  fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
  exit(2);
}

static inline void refuse(const char *word) {
  fprintf(stderr, "bench: cannot make sense of %s here; the head of the source says what can stand here\n", word);
  exit(2);
}

/* One clock for both programs, so that a frame stamped by one can be timed by the other. */
static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nobody stays behind when the script that started us is killed. */
static inline void end_with_parent(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) exit(2);
  signal(SIGPIPE, SIG_IGN);
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline void make_prompt(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* The value of a header within a head that ends in an empty line; NULL when it is absent. */
static inline const char *header_value(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
    const char *at = line + 2;
    if (strncasecmp(at, name, length) == 0 && at[length] == ':') {
      at += length + 1;
      while (*at == ' ') at++;
      return at;
    }
  }
  return NULL;
}

static inline void put_digits(char *at, uint64_t value, int digits, int base) {
  for (int i = digits - 1; i >= 0; i--, value /= (uint64_t)base) at[i] = "0123456789abcdef"[value % (uint64_t)base];
}

/* A body on its way in: by length, or in chunks. */
enum framing { BY_LENGTH, IN_CHUNKS };
enum chunk_state { CHUNK_SIZE, CHUNK_LINE_END, CHUNK_BYTES, CHUNK_END, TRAILER_START, TRAILER_LINE };

struct body {
  enum framing framing;
  enum chunk_state state;
  int64_t left;
  bool done, broken;
};

static inline struct body body_of(const char *head) {
  struct body body = {.framing = BY_LENGTH, .state = CHUNK_SIZE};
  const char *coding = header_value(head, "transfer-encoding");
  if (coding && strncasecmp(coding, "chunked", 7) == 0) {
    body.framing = IN_CHUNKS;
    return body;
  }
  const char *length = header_value(head, "content-length");
  body.left = length ? strtoll(length, NULL, 10) : 0;
  body.done = body.left == 0;
  return body;
}

typedef void (*sink)(void *owner, const char *bytes, size_t length);

static inline size_t body_bytes(struct body *body, const char *in, size_t length, sink give, void *owner) {
  size_t part = (int64_t)length < body->left ? length : (size_t)body->left;
  give(owner, in, part);
  body->left -= (int64_t)part;
  return part;
}

static inline void chunk_step(struct body *body, char c) {
  switch (body->state) {
    case CHUNK_SIZE:
      if (c >= '0' && c <= '9') body->left = body->left * 16 + (c - '0');
      else if ((c | 32) >= 'a' && (c | 32) <= 'f') body->left = body->left * 16 + ((c | 32) - 'a' + 10);
      else if (c == '\r' || c == ';' || c == ' ') body->state = CHUNK_LINE_END;
      else body->broken = true;
      if (body->left > INT32_MAX) body->broken = true;
      return;
    case CHUNK_LINE_END:
      if (c == '\n') body->state = body->left == 0 ? TRAILER_START : CHUNK_BYTES;
      return;
    case CHUNK_END:
      if (c == '\n') body->state = CHUNK_SIZE;
      return;
    case TRAILER_START:
      if (c == '\n') body->done = true;
      else if (c != '\r') body->state = TRAILER_LINE;
      return;
    case TRAILER_LINE:
      if (c == '\n') body->state = TRAILER_START;
      return;
    case CHUNK_BYTES:
      return;
  }
}

/* Takes what belongs to the body out of `in`, gives its payload away, answers how much was taken. */
static inline size_t body_take(struct body *body, const char *in, size_t length, sink give, void *owner) {
  size_t at = 0;
  while (at < length && !body->done && !body->broken) {
    if (body->framing == BY_LENGTH) {
      at += body_bytes(body, in + at, length - at, give, owner);
      body->done = body->left == 0;
    } else if (body->state == CHUNK_BYTES) {
      at += body_bytes(body, in + at, length - at, give, owner);
      if (body->left == 0) body->state = CHUNK_END;
    } else {
      chunk_step(body, in[at++]);
    }
  }
  return at;
}

#endif
