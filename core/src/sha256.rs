//! The two SHA-256 compressions ([FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)) behind an HMAC's midstates, for
//! several messages at once.
//!
//! SHA-NI rounds of one message form a dependency chain; interleaving messages (multi-buffer) hides the latency. The
//! `sha2` crate has no multi-buffer API: it runs on CPUs without SHA-NI, and the tests compare this file with it. This is
//! the one file with `unsafe`: the intrinsics run only after `is_x86_feature_detected!`.

#![allow(unexpected_cfgs, reason = "sha2_backend and sha2_256_backend are sha2's own names")]

use sha2::block_api::compress256;

/// The chaining value: eight words in native byte order.
pub(crate) type State = [u8; 32];

/// A block as four little-endian numbers.
pub(crate) type Block = [u128; 4];

/// The initial chaining value (5.3.3).
pub(crate) const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// The padding behind the inner hash in the outer hash's last block (5.1.1): a one bit, zeros, and the message's length in
/// bits, which counts the key's block.
const END: [u32; 8] = [0x80000000, 0, 0, 0, 0, 0, 0, (64 + 32) * 8];

/// HMACs from midstates: `block` makes each message's last block, which is hashed behind `inner`; that hash is hashed
/// behind `outer`.
///
/// `block` is called inside the function that is compiled for SHA-NI, so that the block stays in registers.
#[inline]
pub(crate) fn nested<T: Copy, const N: usize>(
    inner: &State,
    outer: &State,
    messages: [T; N],
    block: impl Fn(T) -> Block,
) -> [[u8; 32]; N] {
    #[cfg(all(target_arch = "x86_64", not(any(sha2_backend = "soft", sha2_256_backend = "soft"))))]
    if is_x86_feature_detected!("sha") && is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("sse4.1") {
        // SAFETY: this CPU has every feature that the function is compiled for.
        return unsafe { sha_ni::nested(inner, outer, messages, block) };
    }
    nested_one_by_one(inner, outer, &messages.map(block))
}

#[inline(never)]
fn nested_one_by_one<const N: usize>(inner: &State, outer: &State, blocks: &[Block; N]) -> [[u8; 32]; N] {
    blocks.map(|block| {
        let mut last = [0; 64];
        last.as_chunks_mut().0.iter_mut().zip(block).for_each(|(bytes, number)| *bytes = number.to_le_bytes());
        let [mut inner, mut outer] = [inner, outer].map(words);
        compress256(&mut inner, &[last]);
        compress256(&mut outer, &[bytes(inner.iter().chain(&END))]);
        bytes(outer.iter())
    })
}

fn words(state: &State) -> [u32; 8] {
    let mut words = [0; 8];
    words.iter_mut().zip(state.as_chunks().0).for_each(|(word, bytes)| *word = u32::from_ne_bytes(*bytes));
    words
}

/// Big-endian, as in a block or a hash.
fn bytes<'a, const N: usize>(words: impl Iterator<Item = &'a u32>) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.as_chunks_mut().0.iter_mut().zip(words).for_each(|(bytes, word)| *bytes = word.to_be_bytes());
    bytes
}

#[cfg(all(target_arch = "x86_64", not(any(sha2_backend = "soft", sha2_256_backend = "soft"))))]
mod sha_ni {
    use std::arch::x86_64::*;

    use super::{Block, END, State};

    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub(super) fn nested<T: Copy, const N: usize>(
        inner: &State,
        outer: &State,
        messages: [T; N],
        block: impl Fn(T) -> Block,
    ) -> [[u8; 32]; N] {
        let [bit, .., length] = END;
        let (end, length) = (four([bit, 0, 0, 0]), four([0, 0, 0, length]));
        let hashes =
            compress(vectors(inner), messages.map(|message| block(message).map(|number| big_endian(vector(number)))));
        let hashes = compress(vectors(outer), hashes.map(|[abcd, efgh]| [abcd, efgh, end, length]));
        hashes.map(|hash| bytes(hash.map(|words| big_endian(words))))
    }

    /// One message: its state in the two registers that the instructions take, and the last 16 words of its schedule.
    #[derive(Clone, Copy)]
    struct Lane {
        abef: __m128i,
        cdgh: __m128i,
        w: [__m128i; 4],
    }

    /// Hashes each block behind the same chaining value (6.2.2).
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn compress<const N: usize>([abcd, efgh]: [__m128i; 2], blocks: [[__m128i; 4]; N]) -> [[__m128i; 2]; N] {
        // Words ascend from the lowest in these registers, and descend in a lane's.
        let (badc, hgfe) = (_mm_shuffle_epi32(abcd, 0b10_11_00_01), _mm_shuffle_epi32(efgh, 0b00_01_10_11));
        let (abef, cdgh) = (_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0));
        let mut lanes = blocks.map(|w| Lane { abef, cdgh, w });
        for (sixteen, constants) in (0..).zip(&K) {
            for lane in &mut lanes {
                for k in constants {
                    lane.four_rounds(four(*k), sixteen < 3);
                }
            }
        }
        lanes.map(|lane| {
            let (abef, cdgh) = (_mm_add_epi32(lane.abef, abef), _mm_add_epi32(lane.cdgh, cdgh));
            let (feba, ghcd) = (_mm_shuffle_epi32(abef, 0b00_01_10_11), _mm_shuffle_epi32(cdgh, 0b10_11_00_01));
            [_mm_blend_epi16(feba, ghcd, 0xf0), _mm_alignr_epi8(ghcd, feba, 8)]
        })
    }

    impl Lane {
        #[target_feature(enable = "sha,ssse3")]
        fn four_rounds(&mut self, k: __m128i, continued: bool) {
            let [w0, w1, w2, w3] = self.w;
            // Two rounds take the lower half of the sum, two the upper.
            let sum = _mm_add_epi32(w0, k);
            self.cdgh = _mm_sha256rnds2_epu32(self.cdgh, self.abef, sum);
            self.abef = _mm_sha256rnds2_epu32(self.abef, self.cdgh, _mm_shuffle_epi32(sum, 0b1110));
            // Replaced by the schedule's words of 16 rounds later.
            let w4 = if continued {
                let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
                _mm_sha256msg2_epu32(sum, w3)
            } else {
                w0
            };
            self.w = [w1, w2, w3, w4];
        }
    }

    #[target_feature(enable = "sse2")]
    fn four([a, b, c, d]: [u32; 4]) -> __m128i {
        let [a, b, c, d] = [a, b, c, d].map(u32::cast_signed);
        _mm_set_epi32(d, c, b, a)
    }

    #[target_feature(enable = "sse2")]
    fn vector(number: u128) -> __m128i {
        _mm_set_epi64x((number >> 64) as i64, number as i64)
    }

    #[target_feature(enable = "sse2")]
    fn vectors(state: &State) -> [__m128i; 2] {
        let mut vectors = [_mm_setzero_si128(); 2];
        vectors.iter_mut().zip(state.as_chunks().0).for_each(|(to, from)| *to = vector(u128::from_le_bytes(*from)));
        vectors
    }

    #[target_feature(enable = "sse4.1")]
    fn bytes(vectors: [__m128i; 2]) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, vector) in bytes.as_chunks_mut().0.iter_mut().zip(vectors) {
            let (low, high) = (_mm_cvtsi128_si64(vector), _mm_extract_epi64(vector, 1));
            *bytes = (i128::from(high) << 64 | i128::from(low.cast_unsigned())).to_le_bytes();
        }
        bytes
    }

    /// Swaps the bytes of each word.
    #[target_feature(enable = "ssse3")]
    fn big_endian(words: __m128i) -> __m128i {
        _mm_shuffle_epi8(words, _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3))
    }

    /// The round constants (4.2.2).
    #[rustfmt::skip]
    static K: [[[u32; 4]; 4]; 4] = [
        [[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5], [0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
         [0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3], [0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174]],
        [[0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc], [0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
         [0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7], [0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967]],
        [[0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13], [0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
         [0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3], [0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070]],
        [[0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5], [0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
         [0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208], [0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2]],
    ];
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    /// xorshift64*, a generator that needs no crate.
    fn random<const N: usize>(seed: &mut u64) -> [u8; N] {
        std::array::from_fn(|_| {
            *seed ^= *seed >> 12;
            *seed ^= *seed << 25;
            *seed ^= *seed >> 27;
            (seed.wrapping_mul(0x2545f4914f6cdd1d) >> 56) as u8
        })
    }

    fn check<const N: usize>(seed: &mut u64) {
        for _ in 0..500_000 / N {
            let (inner, outer) = (random(seed), random(seed));
            let blocks = [(); N].map(|()| [(); 4].map(|()| u128::from_le_bytes(random(seed))));
            assert_eq!(nested(&inner, &outer, blocks, |block| block), nested_one_by_one(&inner, &outer, &blocks));
        }
    }

    /// The machine code of this one has a branch on the message, which the reader of the disassembly must report.
    fn branch_on_a_message(block: Block) -> [[u8; 32]; 1] {
        nested(&[0; 32], &[0; 32], [block], |block| {
            if block[0] & 1 == 1 {
                black_box(());
            }
            block
        })
    }

    #[test]
    fn a_branch_is_planted() {
        let blocks = [[0; 4], [1, 0, 0, 0]].map(black_box);
        assert_ne!(branch_on_a_message(blocks[0]), branch_on_a_message(blocks[1]));
    }

    /// On a CPU with SHA-NI; elsewhere both are the same. hmac.rs tests that a message's block is right.
    #[test]
    fn a_million_random_messages_side_by_side_are_those_one_after_another() {
        let mut seed = 0x9e3779b97f4a7c15;
        check::<1>(&mut seed);
        check::<4>(&mut seed);
    }
}
