/* Durations, kept one by one and sorted at the end: no bucket blurs a percentile. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include "http.h"

struct samples {
  uint32_t *tenths; /* of a microsecond */
  size_t count, room;
};

static inline void samples_add(struct samples *samples, int64_t ns) {
  if (samples->count == samples->room) {
    samples->room = samples->room ? samples->room * 2 : 1024;
    samples->tenths = realloc(samples->tenths, samples->room * sizeof *samples->tenths);
    if (!samples->tenths) die("no memory");
  }
  int64_t tenths = ns < 0 ? 0 : ns / 100;
  samples->tenths[samples->count++] = tenths > UINT32_MAX ? UINT32_MAX : (uint32_t)tenths;
}

static inline int samples_order(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static inline double samples_at(const struct samples *samples, double share) {
  return samples->tenths[(size_t)(share * (double)(samples->count - 1) + 0.5)] / 10.0;
}

/* In microseconds; null when there is none. */
static inline void samples_print(const char *name, struct samples *samples) {
  if (samples->count == 0) {
    printf("\"%s\":null,", name);
    return;
  }
  qsort(samples->tenths, samples->count, sizeof *samples->tenths, samples_order);
  printf("\"%s\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f},", name, samples_at(samples, 0.5),
         samples_at(samples, 0.9), samples_at(samples, 0.99), samples_at(samples, 1));
}

#endif
