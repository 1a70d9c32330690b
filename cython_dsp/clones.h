/* A plain loop compiled for AVX2, too, and chosen when the library is loaded. */
#ifndef CALLBOX_CLONES_H
#define CALLBOX_CLONES_H

#if defined __x86_64__ && !defined __clang__ /* clang is for fuzzing */
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
