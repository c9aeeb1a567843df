//! Argon2id (RFC 9106) of one lane and 32 bytes in wasm's 128-bit vectors: in workerd two thirds of the time
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
#[target_feature(enable = "relaxed-simd")]
fn fill(blocks: &mut [Block], start: &[u8; 64], passes: u32) -> Option<Block> {
    let (total, segment) = (blocks.len(), blocks.len() / SLICES);
    for (index, block) in (0..2).zip(blocks.iter_mut()) {
        *block = first_block(start, index);
    }
    // A block is made here and written once; to copy kibibytes about would take a twentieth of the time.
    let (mut sum, mut mixed) = (ZERO, ZERO);
    for pass in 0..passes {
        for slice in 0..SLICES {
            let independent = pass == 0 && slice < SLICES / 2;
            let mut addresses = ZERO;
            for within in if pass == 0 && slice == 0 { 2 } else { 0 }..segment {
                let at = slice * segment + within;
                let previous = blocks.get(if at == 0 { total - 1 } else { at - 1 })?;
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
                xor(&mut sum, &mut mixed, previous, blocks.get(reference)?);
                permute(&mut mixed);
                let place = blocks.get_mut(at)?.as_flattened_mut();
                for ((place, mixed), sum) in place.iter_mut().zip(mixed.as_flattened()).zip(sum.as_flattened()) {
                    let made = v128_xor(*mixed, *sum);
                    *place = if pass == 0 { made } else { v128_xor(*place, made) };
                }
            }
        }
    }
    blocks.last().copied()
}

/// The references of 128 blocks of the first half of the first pass, which do not depend on the password.
#[target_feature(enable = "relaxed-simd")]
fn address_block(slice: usize, total: usize, passes: u32, counter: usize) -> Block {
    let mut input = ZERO;
    input[0][1] = u64x2(slice as u64, total as u64);
    input[0][2] = u64x2(u64::from(passes), 2);
    input[0][3] = u64x2(counter as u64, 0);
    for _ in 0..2 {
        let mut mixed = input;
        permute(&mut mixed);
        for (word, mixed) in input.as_flattened_mut().iter_mut().zip(mixed.as_flattened()) {
            *word = v128_xor(*word, *mixed);
        }
    }
    input
}

/// `x` xor `y`, into both others.
#[inline]
#[target_feature(enable = "relaxed-simd")]
fn xor(sum: &mut Block, copy: &mut Block, x: &Block, y: &Block) {
    let sums = sum.as_flattened_mut().iter_mut().zip(copy.as_flattened_mut());
    for ((sum, copy), (x, y)) in sums.zip(x.as_flattened().iter().zip(y.as_flattened())) {
        *sum = v128_xor(*x, *y);
        *copy = *sum;
    }
}

/// Where bytes go. Not constants: of `low`, LLVM would make a multiplication of whole words, which processors lack; and V8 would load
/// the others anew each time.
struct Places {
    /// The low halves of the words, where the multiplication takes them.
    low: v128,
    /// Words rotated right by 24 bits.
    by24: v128,
    /// Words rotated right by 16 bits.
    by16: v128,
}

impl Places {
    fn new() -> Self {
        Self {
            low: black_box(u8x16(0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11)),
            by24: black_box(u8x16(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)),
            by16: black_box(u8x16(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)),
        }
    }
}

/// The bytes of `words` at `places`: all below sixteen, where relaxed and strict are the same.
#[inline]
#[target_feature(enable = "relaxed-simd")]
fn at(words: v128, places: v128) -> v128 {
    i8x16_relaxed_swizzle(words, places)
}

/// x + y + 2 * low(x) * low(y), of the low halves of the words.
#[inline]
#[target_feature(enable = "relaxed-simd")]
fn mix(x: v128, y: v128, low: v128) -> v128 {
    let product = u64x2_extmul_low_u32x4(at(x, low), at(y, low));
    i64x2_add(i64x2_add(x, y), i64x2_add(product, product))
}

/// Four of BLAKE2b's steps G, with the multiplication: on `a b c d` and on `e f g h`, two words of each.
macro_rules! steps {
    ($to:ident, $a:ident, $b:ident, $c:ident, $d:ident, $e:ident, $f:ident, $g:ident, $h:ident) => {
        $a = mix($a, $b, $to.low);
        $e = mix($e, $f, $to.low);
        $d = swapped(v128_xor($d, $a));
        $h = swapped(v128_xor($h, $e));
        $c = mix($c, $d, $to.low);
        $g = mix($g, $h, $to.low);
        $b = at(v128_xor($b, $c), $to.by24);
        $f = at(v128_xor($f, $g), $to.by24);
        $a = mix($a, $b, $to.low);
        $e = mix($e, $f, $to.low);
        $d = at(v128_xor($d, $a), $to.by16);
        $h = at(v128_xor($h, $e), $to.by16);
        $c = mix($c, $d, $to.low);
        $g = mix($g, $h, $to.low);
        $b = rotated_by_63(v128_xor($b, $c));
        $f = rotated_by_63(v128_xor($f, $g));
    };
}

#[inline]
#[target_feature(enable = "relaxed-simd")]
fn rotated_by_63(words: v128) -> v128 {
    v128_or(u64x2_shr(words, 63), i64x2_add(words, words))
}

/// Rotated by 32 bits.
#[inline]
#[target_feature(enable = "relaxed-simd")]
fn swapped(words: v128) -> v128 {
    i32x4_shuffle::<1, 0, 3, 2>(words, words)
}

/// The permutation P of sixteen words: columns, then diagonals.
macro_rules! permute {
    ($to:ident, $($place:expr),+) => {{
        let [mut a, mut e, mut b, mut f, mut c, mut g, mut d, mut h] = [$($place),+];
        steps!($to, a, b, c, d, e, f, g, h);
        let (mut bf, mut fb) = (i64x2_shuffle::<1, 2>(b, f), i64x2_shuffle::<1, 2>(f, b));
        let (mut hd, mut dh) = (i64x2_shuffle::<1, 2>(h, d), i64x2_shuffle::<1, 2>(d, h));
        steps!($to, a, bf, g, hd, e, fb, c, dh);
        (b, f) = (i64x2_shuffle::<1, 2>(fb, bf), i64x2_shuffle::<1, 2>(bf, fb));
        (d, h) = (i64x2_shuffle::<1, 2>(hd, dh), i64x2_shuffle::<1, 2>(dh, hd));
        [$($place),+] = [a, e, b, f, c, g, d, h];
    }};
}

/// P on each row of `block`, then on each column.
#[target_feature(enable = "relaxed-simd")]
fn permute(block: &mut Block) {
    let to = Places::new();
    for row in block.iter_mut() {
        permute!(to, row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]);
    }
    let [r0, r1, r2, r3, r4, r5, r6, r7] = block;
    let rows = r0.iter_mut().zip(r1).zip(r2).zip(r3).zip(r4).zip(r5).zip(r6).zip(r7);
    for (((((((v0, v1), v2), v3), v4), v5), v6), v7) in rows {
        permute!(to, *v0, *v1, *v2, *v3, *v4, *v5, *v6, *v7);
    }
}
