/*
 * The upstream of the benchmark: an OpenAI-like server that costs next to nothing, on one thread and one epoll.
 *
 *   upstream --frames N --paced-frames K --paced-ms T     prints "listening PORT" and serves until it is killed
 *
 *   POST /whole/v1/chat/completions            a 1.5 KB completion
 *   POST /big/v1/chat/completions              the same, meant for requests of 1 MB
 *   POST /stream-unpaced/v1/chat/completions   N frames of 250 bytes, one write each, as fast as the socket takes them
 *   POST /stream-paced/v1/chat/completions     K frames, one every T ms
 *   POST /translated/v1/chat/completions       as /whole, for callers of another dialect
 *   POST /stream-translated/v1/chat/completions  as /stream-unpaced, for them
 *   GET  /counts                               what it has read and written, by kind
 *
 * A request is read to its end before it is answered. It must carry `nonce=` with nine digits near its start and
 * `end-of-prompt` near its end, else it is a 400: so a proxy that drops or mixes up bodies is found out. The nonce comes
 * back in the answer's id. A frame also carries its place in the stream and the time at which it was written.
 */
#define _GNU_SOURCE
#include "answers.h"
#include "edges.h"
#include "http.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>

struct connection {
  int fd;
  bool closed, queued, blocked, reading_body;
  char head[8192];
  size_t head_length;
  struct body body;
  struct edges edges;
  char out[4096];
  size_t out_length, out_sent;
  enum kind kind;
  uint64_t nonce;
  int frame, frames;
  int64_t due;
  struct connection *next;
};

struct queue {
  struct connection *first, *last;
};

static struct counts counts[KINDS];
static uint64_t refused, cut;
static int frames_unpaced = 200, frames_paced = 50, paced_ms = 100;
static int poll_fd, timer_fd;
static struct queue unpaced, paced;
static char scratch[1 << 18];

static void push(struct queue *queue, struct connection *c) {
  c->next = NULL;
  c->queued = true;
  if (queue->last) queue->last->next = c;
  else queue->first = c;
  queue->last = c;
}

static struct connection *pop(struct queue *queue) {
  struct connection *c = queue->first;
  if (!c) return NULL;
  queue->first = c->next;
  if (!queue->first) queue->last = NULL;
  c->queued = false;
  return c;
}

static void watch(struct connection *c, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

/* A connection that still stands in a queue is freed by whoever takes it out. */
static void hang_up(struct connection *c) {
  if (c->frame < c->frames) cut++;
  close(c->fd);
  c->closed = true;
  if (!c->queued) free(c);
}

/* Sends what is waiting; false when the socket is full or gone. */
static bool flush(struct connection *c) {
  while (c->out_sent < c->out_length) {
    ssize_t n = write(c->fd, c->out + c->out_sent, c->out_length - c->out_sent);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      c->blocked = true;
      watch(c, EPOLLIN | EPOLLOUT);
      return false;
    }
    if (n < 0) return false;
    c->out_sent += (size_t)n;
  }
  c->out_length = c->out_sent = 0;
  return true;
}

static void say(struct connection *c, const char *text, size_t length) {
  memcpy(c->out + c->out_length, text, length);
  c->out_length += length;
}

static void send_frame(struct connection *c) {
  c->out_length += frame_write(c->out + c->out_length, c->nonce, c->frame, c->frames);
  counts[c->kind].frames++;
  counts[c->kind].bytes_out += FRAME_BYTES;
  c->frame++;
  if (c->frame == c->frames) {
    counts[c->kind].bytes_out += sizeof DONE - 1;
    say(c, LAST, sizeof LAST - 1);
  }
  flush(c);
}

static void answer(struct connection *c) {
  if (!edges_nonce(&c->edges, &c->nonce)) {
    refused++;
    say(c, REFUSAL, sizeof REFUSAL - 1);
    flush(c);
    return;
  }
  struct counts *count = &counts[c->kind];
  count->requests++;
  count->bytes_in += c->edges.length;
  if (c->kind == WHOLE || c->kind == BIG || c->kind == TRANSLATED) {
    c->out_length = whole_write(c->out, c->nonce);
    count->bytes_out += whole_bytes();
    flush(c);
    return;
  }
  c->frame = 0;
  c->frames = c->kind == PACED ? frames_paced : frames_unpaced;
  say(c, STREAM_HEAD, sizeof STREAM_HEAD - 1);
  flush(c);
  if (c->kind != PACED) return push(&unpaced, c);
  /* Every paced stream has the same step, so that a plain queue is already in the order of their times. */
  c->due = now_ns() + (int64_t)paced_ms * 1000000;
  send_frame(c);
  if (c->frame < c->frames) push(&paced, c);
}

static void tell_counts(struct connection *c) {
  char text[2048];
  size_t length = counts_write(text, sizeof text, counts);
  length += (size_t)snprintf(text + length, sizeof text - length, "\"refused\":%lu,\"cut\":%lu}", refused, cut);
  c->out_length += (size_t)snprintf(c->out, sizeof c->out,
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", length, text);
  flush(c);
}

/* Takes the head from `in`; answers how much of it was used. */
static size_t take_head(struct connection *c, const char *in, size_t length) {
  size_t before = c->head_length, room = sizeof c->head - 1 - before;
  size_t part = length < room ? length : room;
  memcpy(c->head + before, in, part);
  c->head[before + part] = 0;
  char *end = strstr(c->head + (before > 3 ? before - 3 : 0), "\r\n\r\n");
  c->head_length += part;
  if (!end) return part;
  end[4] = 0;
  size_t used = (size_t)(end + 4 - c->head) - before;
  c->body = body_of(c->head);
  c->kind = kind_of(c->head);
  c->reading_body = true;
  c->head_length = 0;
  edges_clear(&c->edges);
  return used;
}

static void take(struct connection *c, const char *in, size_t length) {
  size_t at = 0;
  while (at < length) {
    if (!c->reading_body) at += take_head(c, in + at, length - at);
    if (!c->reading_body) {
      if (c->head_length >= sizeof c->head - 1) hang_up(c);
      return;
    }
    at += body_take(&c->body, in + at, length - at, edges_take, &c->edges);
    if (c->body.broken) return hang_up(c);
    if (!c->body.done) return;
    c->reading_body = false;
    if (c->kind < KINDS) answer(c);
    else if (strncmp(c->head, "GET /counts ", 12) == 0) tell_counts(c);
    else {
      say(c, NOT_FOUND, sizeof NOT_FOUND - 1);
      flush(c);
    }
  }
}

static void welcome(int door) {
  for (int fd; (fd = accept(door, NULL, NULL)) >= 0;) {
    make_prompt(fd);
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("no memory");
    c->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
  }
}

static void serve(struct connection *c, uint32_t events) {
  if (events & EPOLLOUT && flush(c)) {
    c->blocked = false;
    watch(c, EPOLLIN);
    if (c->frame < c->frames && !c->queued) push(&unpaced, c);
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  ssize_t n = read(c->fd, scratch, sizeof scratch);
  if (n > 0) take(c, scratch, (size_t)n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR)) hang_up(c);
}

/* One frame for each unpaced stream, so that none of them is written in one lump while others wait. */
static void turn_unpaced(void) {
  struct queue now = unpaced;
  unpaced = (struct queue){0};
  for (struct connection *c; (c = pop(&now));) {
    if (c->closed) {
      free(c);
      continue;
    }
    send_frame(c);
    if (c->frame < c->frames && !c->blocked) push(&unpaced, c);
  }
}

static void turn_paced(void) {
  int64_t now = now_ns();
  while (paced.first && (paced.first->closed || paced.first->due <= now)) {
    struct connection *c = pop(&paced);
    if (c->closed) {
      free(c);
      continue;
    }
    /* A reader that does not keep up misses no frame: its stream waits. */
    if (!c->blocked) send_frame(c);
    c->due += (int64_t)paced_ms * 1000000;
    if (c->frame < c->frames) push(&paced, c);
  }
  static int64_t set_for;
  int64_t due = paced.first ? paced.first->due : 0;
  if (due == set_for) return;
  set_for = due;
  struct itimerspec next = {0};
  if (paced.first) next.it_value = (struct timespec){due / 1000000000, due % 1000000000};
  timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &next, NULL);
}

static int open_door(void) {
  int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (door < 0 || bind(door, (void *)&address, length) || listen(door, 4096)) die("cannot listen on 127.0.0.1");
  getsockname(door, (void *)&address, &length);
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return door;
}

int main(int count, char **words) {
  for (int i = 1; i < count; i += 2) {
    int value = i + 1 < count ? atoi(words[i + 1]) : 0;
    if (value < 1 || value > 9999) refuse(words[i]);
    if (strcmp(words[i], "--frames") == 0) frames_unpaced = value;
    else if (strcmp(words[i], "--paced-frames") == 0) frames_paced = value;
    else if (strcmp(words[i], "--paced-ms") == 0) paced_ms = value;
    else refuse(words[i]);
  }
  end_with_parent();
  answers_prepare();
  poll_fd = epoll_create1(0);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  int door = open_door();
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &door};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, door, &event);
  event.data.ptr = &timer_fd;
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer_fd, &event);
  struct epoll_event ready[256];
  for (;;) {
    int n = epoll_wait(poll_fd, ready, 256, unpaced.first ? 0 : -1);
    for (int i = 0; i < n; i++) {
      uint64_t ticks;
      if (ready[i].data.ptr == &door) welcome(door);
      else if (ready[i].data.ptr == &timer_fd) (void)!read(timer_fd, &ticks, sizeof ticks);
      else serve(ready[i].data.ptr, ready[i].events);
    }
    turn_unpaced();
    turn_paced();
  }
}
