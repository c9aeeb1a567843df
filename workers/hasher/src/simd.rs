//! Argon2id (RFC 9106) of one lane and 32 bytes in wasm's 128-bit vectors: in workerd three quarters of the time
//! of the `argon2` crate, which has vectors for x86 only. That crate computes whatever else there is, and everything in native tests;
//! `e2e/passwords.test.mjs` compares what this computes with OpenSSL, both ways.

use core::{arch::wasm32::*, cell::Cell, hint::black_box};

use blake2::{Blake2b256, Blake2b512, Digest};

/// A kibibyte as eight rows of sixteen 64-bit words, two a vector.
type Block = [[v128; 8]; 8];

/// Bytes of a key.
pub(crate) const KEY: usize = 32;
const ZERO: Block = [[u64x2(0, 0); 8]; 8];
/// The segments of a pass; references reach back over the last three and the begun one.
const SLICES: usize = 4;
/// References that one address block holds.
const ADDRESSES: usize = 128;

thread_local! {
    /// Kept from hash to hash: every block is written before it is read, and to clear them all is a millisecond.
    static MEMORY: Cell<Vec<Block>> = const { Cell::new(Vec::new()) };
}

/// The key of `password`; nothing where the memory, in KiB, is less than the eight blocks Argon2 needs.
pub(crate) fn argon2id(password: &[u8], salt: &[u8], memory: u32, passes: u32) -> Option<[u8; KEY]> {
    let start = initial(password, salt, memory, passes)?;
    let mut blocks = MEMORY.take();
    blocks.resize(usize::try_from(memory).ok()? / SLICES * SLICES, ZERO);
    let last = fill(&mut blocks, &start, passes);
    MEMORY.set(blocks);
    Some(Blake2b256::new().chain_update((KEY as u32).to_le_bytes()).chain_update(bytes_of(&last?)).finalize().into())
}

/// H0.
fn initial(password: &[u8], salt: &[u8], memory: u32, passes: u32) -> Option<[u8; 64]> {
    let mut hasher = Blake2b512::new();
    for number in [1, KEY as u32, memory, passes, 0x13, 2] {
        hasher.update(number.to_le_bytes());
    }
    // Neither secret nor associated data.
    for text in [password, salt, &[], &[]] {
        hasher.update(u32::try_from(text.len()).ok()?.to_le_bytes());
        hasher.update(text);
    }
    Some(hasher.finalize().into())
}

/// H' of 1,024 bytes: one of the two blocks that all others are made of.
fn first_block(start: &[u8; 64], index: u32) -> Block {
    let seed: [&[u8]; 4] = [&1024u32.to_le_bytes(), start, &index.to_le_bytes(), &[0; 4]];
    let mut digest: [u8; 64] = Blake2b512::digest(seed.concat()).into();
    let mut bytes = Vec::with_capacity(1024);
    while bytes.len() < 1024 - 64 {
        bytes.extend(digest.iter().take(32));
        digest = Blake2b512::digest(digest).into();
    }
    bytes.extend(digest);
    let mut block = ZERO;
    for (vector, bytes) in block.as_flattened_mut().iter_mut().zip(bytes.as_chunks::<16>().0) {
        let [low, high] = [0, 8].map(|at| bytes.iter().skip(at).take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        *vector = u64x2(low, high);
    }
    block
}

fn bytes_of(block: &Block) -> Vec<u8> {
    let words = |vector: &v128| [u64x2_extract_lane::<0>(*vector), u64x2_extract_lane::<1>(*vector)];
    block.as_flattened().iter().flat_map(words).flat_map(u64::to_le_bytes).collect()
}

/// All passes over `blocks`; the last block.
#[target_feature(enable = "simd128")]
fn fill(blocks: &mut [Block], start: &[u8; 64], passes: u32) -> Option<Block> {
    let (total, segment) = (blocks.len(), blocks.len() / SLICES);
    let mut previous = ZERO;
    for (index, block) in (0..2).zip(blocks.iter_mut()) {
        previous = first_block(start, index);
        *block = previous;
    }
    for pass in 0..passes {
        for slice in 0..SLICES {
            let independent = pass == 0 && slice < SLICES / 2;
            let mut addresses = ZERO;
            for within in if pass == 0 && slice == 0 { 2 } else { 0 }..segment {
                let at = slice * segment + within;
                let random = if independent {
                    if within % ADDRESSES == 0 || within == 2 && slice == 0 {
                        addresses = address_block(slice, total, passes, within / ADDRESSES + 1);
                    }
                    let vector = addresses.as_flattened().get(within % ADDRESSES / 2)?;
                    if within % 2 == 0 { u64x2_extract_lane::<0>(*vector) } else { u64x2_extract_lane::<1>(*vector) }
                } else {
                    u64x2_extract_lane::<0>(previous[0][0])
                };
                // Whatever is written, but the block just before.
                let area = if pass == 0 { at } else { total - segment + within } as u64 - 1;
                let from = if pass == 0 { 0 } else { (slice + 1) * segment };
                let x = random & u64::from(u32::MAX);
                let back = area - 1 - (area * (x * x >> 32) >> 32);
                let reference = (from + usize::try_from(back).ok()?) % total;
                compress(&mut previous, blocks.get(reference)?);
                let place = blocks.get_mut(at)?;
                if pass > 0 {
                    xor(&mut previous, place);
                }
                *place = previous;
            }
        }
    }
    Some(previous)
}

/// The references of 128 blocks of the first half of the first pass, which do not depend on the password.
#[target_feature(enable = "simd128")]
fn address_block(slice: usize, total: usize, passes: u32, counter: usize) -> Block {
    let mut input = ZERO;
    input[0][1] = u64x2(slice as u64, total as u64);
    input[0][2] = u64x2(u64::from(passes), 2);
    input[0][3] = u64x2(counter as u64, 0);
    compress(&mut input, &ZERO);
    compress(&mut input, &ZERO);
    input
}

#[inline]
#[target_feature(enable = "simd128")]
fn xor(block: &mut Block, other: &Block) {
    for (vector, other) in block.as_flattened_mut().iter_mut().zip(other.as_flattened()) {
        *vector = v128_xor(*vector, *other);
    }
}

/// x + y + 2 * low(x) * low(y), of the low halves of the words. `$low` puts them where the multiplication takes them.
macro_rules! mix {
    ($low:ident, $x:ident, $y:ident) => {{
        let product = u64x2_extmul_low_u32x4(i8x16_swizzle($x, $low), i8x16_swizzle($y, $low));
        i64x2_add(i64x2_add($x, $y), i64x2_add(product, product))
    }};
}

/// Four of BLAKE2b's steps G, with the multiplication: on `a b c d` and on `e f g h`, two words of each.
macro_rules! steps {
    ($low:ident, $a:ident, $b:ident, $c:ident, $d:ident, $e:ident, $f:ident, $g:ident, $h:ident) => {
        $a = mix!($low, $a, $b);
        $e = mix!($low, $e, $f);
        $d = swapped(v128_xor($d, $a));
        $h = swapped(v128_xor($h, $e));
        $c = mix!($low, $c, $d);
        $g = mix!($low, $g, $h);
        $b = rotated::<24>(v128_xor($b, $c));
        $f = rotated::<24>(v128_xor($f, $g));
        $a = mix!($low, $a, $b);
        $e = mix!($low, $e, $f);
        $d = rotated::<16>(v128_xor($d, $a));
        $h = rotated::<16>(v128_xor($h, $e));
        $c = mix!($low, $c, $d);
        $g = mix!($low, $g, $h);
        $b = rotated::<63>(v128_xor($b, $c));
        $f = rotated::<63>(v128_xor($f, $g));
    };
}

#[inline]
#[target_feature(enable = "simd128")]
fn rotated<const RIGHT: u32>(words: v128) -> v128 {
    v128_or(u64x2_shr(words, RIGHT), i64x2_shl(words, 64 - RIGHT))
}

/// Rotated by 32 bits.
#[inline]
#[target_feature(enable = "simd128")]
fn swapped(words: v128) -> v128 {
    i32x4_shuffle::<1, 0, 3, 2>(words, words)
}

/// The permutation P of sixteen words: columns, then diagonals.
macro_rules! permute {
    ($low:ident, $($place:expr),+) => {{
        let [mut a, mut e, mut b, mut f, mut c, mut g, mut d, mut h] = [$($place),+];
        steps!($low, a, b, c, d, e, f, g, h);
        let (mut bf, mut fb) = (i64x2_shuffle::<1, 2>(b, f), i64x2_shuffle::<1, 2>(f, b));
        let (mut hd, mut dh) = (i64x2_shuffle::<1, 2>(h, d), i64x2_shuffle::<1, 2>(d, h));
        steps!($low, a, bf, g, hd, e, fb, c, dh);
        (b, f) = (i64x2_shuffle::<1, 2>(fb, bf), i64x2_shuffle::<1, 2>(bf, fb));
        (d, h) = (i64x2_shuffle::<1, 2>(hd, dh), i64x2_shuffle::<1, 2>(dh, hd));
        [$($place),+] = [a, e, b, f, c, g, d, h];
    }};
}

/// G of `block` and `other`, in the place of `block`.
#[target_feature(enable = "simd128")]
fn compress(block: &mut Block, other: &Block) {
    // Were it a constant, LLVM would make a multiplication of whole words of it, which processors lack.
    let low = black_box(u8x16(0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11));
    xor(block, other);
    let both = *block;
    for row in block.iter_mut() {
        permute!(low, row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]);
    }
    let [r0, r1, r2, r3, r4, r5, r6, r7] = block;
    let rows = r0.iter_mut().zip(r1).zip(r2).zip(r3).zip(r4).zip(r5).zip(r6).zip(r7);
    for (((((((v0, v1), v2), v3), v4), v5), v6), v7) in rows {
        permute!(low, *v0, *v1, *v2, *v3, *v4, *v5, *v6, *v7);
    }
    xor(block, &both);
}
