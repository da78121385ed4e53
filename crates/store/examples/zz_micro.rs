//! throwaway
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout, reason = "x")]
use aws_lc_rs::aead::*;
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::Instant;
fn cpu() -> f64 {
    let t = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    t.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}
fn bench(n: &str, k: u32, mut f: impl FnMut()) {
    let a = cpu();
    for _ in 0..k {
        f()
    }
    println!("{n}: {:.0} ns", (cpu() - a) / k as f64 * 1e9);
}
fn main() {
    let _ = Instant::now();
    let entry = vec![b'x'; 317];
    let salt = [1u8; 32];
    let payload = vec![b'y'; 200];
    bench("leaf", 500000, || {
        black_box(merkle_log::leaf_hash(black_box(&entry)));
    });
    bench("commit", 500000, || {
        black_box(
            Sha256::new()
                .chain_update(b"indult/pd/v1\n")
                .chain_update(salt)
                .chain_update(200u64.to_be_bytes())
                .chain_update(black_box(&payload))
                .finalize(),
        );
    });
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[3; 32]).unwrap());
    let mut text = vec![7u8; 232];
    let tag =
        key.seal_in_place_separate_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from([0u8; 16]), &mut text).unwrap();
    let mut out = vec![0u8; 232];
    bench("aes open", 500000, || {
        key.open_separate_gather(
            Nonce::assume_unique_for_key([0; 12]),
            Aad::from([0u8; 16]),
            black_box(&text),
            tag.as_ref(),
            &mut out,
        )
        .unwrap();
    });
    let keys: Vec<LessSafeKey> = (0..20000u32)
        .map(|i| {
            let mut k = [3u8; 32];
            k[..4].copy_from_slice(&i.to_be_bytes());
            LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &k).unwrap())
        })
        .collect();
    let mut i = 0usize;
    bench("aes open cold keys", 500000, || {
        i = (i + 7919) % 20000;
        let _ = black_box(keys[i].open_separate_gather(
            Nonce::assume_unique_for_key([0; 12]),
            Aad::from([0u8; 16]),
            black_box(&text),
            tag.as_ref(),
            &mut out,
        ));
    });
    bench("key new", 200000, || {
        black_box(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, black_box(&[3; 32])).unwrap()));
    });
    let leaves = vec![merkle_log::Hash([1; 32]); 256];
    bench("tile root /256", 5000, || {
        black_box(merkle_log::root_in_memory(black_box(&leaves)));
    });
    let mut edge = merkle_log::TileEdge::new();
    bench("edge append", 500000, || {
        edge.append(merkle_log::Hash([1; 32]), |_, _| {});
    });
    let big = vec![5u8; 64 << 20];
    let mut h = Sha256::new();
    bench("sha 64MiB", 1, || h.update(&big));
}
