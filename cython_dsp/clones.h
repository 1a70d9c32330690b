/* A plain loop compiled for AVX2, too, and chosen when the library is loaded. */
#ifndef CALLBOX_CLONES_H
#define CALLBOX_CLONES_H

/* Not by clang, which is for fuzzing, and not under a sanitizer: the choice is made before the
 * sanitizer's own memory is there, and crashes. */
#if defined __x86_64__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && \
    !defined __SANITIZE_THREAD__
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
