#include "_CSampleData.h"

#include <string.h>

// Part of C23, and of clang in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char iris[] = {
#embed "samples/iris.csv"
};

static const unsigned char digits[] = {
#embed "samples/digits.csv"
};

static const unsigned char wine[] = {
#embed "samples/wine.csv"
};

static const unsigned char breast_cancer[] = {
#embed "samples/breast-cancer.csv"
};

static const unsigned char diabetes[] = {
#embed "samples/diabetes.csv"
};

#define SAMPLE(text, bytes) {text, bytes, sizeof bytes}

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} samples[] = {
    SAMPLE("iris", iris),
    SAMPLE("digits", digits),
    SAMPLE("wine", wine),
    SAMPLE("breast-cancer", breast_cancer),
    SAMPLE("diabetes", diabetes),
};

const unsigned char *sample_data(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    if (strcmp(samples[i].name, name) != 0) continue;
    *count = samples[i].count;
    return samples[i].bytes;
  }
  return NULL;
}
