//! Hashes, roots and proofs of every tree up to 256 leaves.

use merkle_log::{
    Frontier, FrontierError, Hash, ProofError, TREE_SIZE_MAX, consistency_proof_in_memory, empty_root,
    inclusion_proof_in_memory, leaf_hash, root_in_memory, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;

use crate::log::leaves;

/// Eight entries and the roots of their trees of size 0 to 8, as the Certificate Transparency
/// implementations have used them since RFC 6962.
const KNOWN_ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const KNOWN_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Up to this size every leaf and every smaller tree is tried; above, those around powers of two
/// and a stride of them, so that every size is still tried.
const EVERY_POSITION_UP_TO: u64 = 64;

fn positions(end: u64) -> impl Iterator<Item = u64> {
    (0..end).filter(move |position| {
        let near_power =
            [0, 1, 2].into_iter().any(|above: u64| (position + 2).checked_sub(above).is_some_and(u64::is_power_of_two));
        end <= EVERY_POSITION_UP_TO || near_power || position % 19 == 0 || position + 3 > end
    })
}

/// Every proof with one byte altered, and every proof with a hash dropped or added.
fn altered(proof: &[Hash]) -> impl Iterator<Item = Vec<Hash>> {
    let bytes = (0..proof.len() * 32).map(|byte| {
        let mut altered = proof.to_vec();
        altered[byte / 32].0[byte % 32] ^= 1 << (byte % 8);
        altered
    });
    let shorter = (0..proof.len()).map(|dropped| {
        let mut altered = proof.to_vec();
        altered.remove(dropped);
        altered
    });
    let longer = (0..=proof.len()).map(|place| {
        let mut altered = proof.to_vec();
        altered.insert(place, leaf_hash(b"one too many"));
        altered
    });
    bytes.chain(shorter).chain(longer)
}

#[test]
fn roots_of_the_known_entries_are_the_known_roots() {
    let mut frontier = Frontier::new();
    let hashes = KNOWN_ENTRIES.map(leaf_hash);
    for (size, known) in KNOWN_ROOTS.into_iter().enumerate() {
        assert_eq!(frontier.root().to_hex(), known);
        assert_eq!(root_in_memory(&hashes[..size]).to_hex(), known);
        if let Some(leaf) = hashes.get(size) {
            frontier.append(*leaf);
        }
    }
}

#[test]
fn a_frontier_has_the_root_of_the_definition_at_every_size() {
    let leaves = leaves(600);
    let mut frontier = Frontier::new();
    for size in 0..=leaves.len() {
        assert_eq!(frontier.size(), size as u64);
        assert_eq!(frontier.root(), root_in_memory(&leaves[..size]));
        let restored = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
        assert_eq!(restored, frontier);
        if let Some(leaf) = leaves.get(size) {
            frontier.append(*leaf);
        }
    }
}

#[test]
fn frontier_bytes_of_another_shape_are_refused() {
    let mut frontier = Frontier::new();
    for leaf in leaves(7) {
        frontier.append(leaf);
    }
    let bytes = frontier.to_bytes();
    for end in 0..bytes.len() {
        let error = Frontier::from_bytes(&bytes[..end]).unwrap_err();
        assert_eq!(error, FrontierError::Length { bytes: end });
    }
    let longer = [bytes.as_slice(), &[0; 32]].concat();
    assert!(Frontier::from_bytes(&longer).is_err());
    let size = TREE_SIZE_MAX + 1;
    let error = Frontier::from_bytes(&[size.to_be_bytes().as_slice(), &[0; 32]].concat());
    assert_eq!(error, Err(FrontierError::Size { size }));
}

#[test]
fn inclusion_verifies_in_every_tree_to_256_and_no_altered_proof_does() {
    let leaves = leaves(256);
    let (mut proofs, mut alterations) = (0, 0);
    for size in 1..=256 {
        let tree = &leaves[..size as usize];
        let root = root_in_memory(tree);
        for index in positions(size) {
            let leaf = tree[index as usize];
            let proof = inclusion_proof_in_memory(tree, index as usize).unwrap();
            verify_inclusion(&leaf, index, size, &proof, &root).unwrap();
            proofs += 1;
            for altered in altered(&proof) {
                verify_inclusion(&leaf, index, size, &altered, &root).unwrap_err();
                alterations += 1;
            }
            let other = leaf_hash(b"another entry");
            let root_error = Err(ProofError::RootMismatch);
            assert_eq!(verify_inclusion(&other, index, size, &proof, &root), root_error);
            assert_eq!(verify_inclusion(&leaf, index, size, &proof, &other), root_error);
            verify_inclusion(&leaf, size, size, &proof, &root).unwrap_err();
            if index > 0 {
                verify_inclusion(&leaf, index - 1, size, &proof, &root).unwrap_err();
            }
        }
    }
    println!("{proofs} inclusion proofs, {alterations} alterations refused");
    assert!(alterations > 500_000, "the harness altered something");
}

#[test]
fn consistency_verifies_between_all_trees_to_256_and_no_altered_proof_does() {
    let leaves = leaves(256);
    let roots: Vec<Hash> = (0..=256).map(|size| root_in_memory(&leaves[..size])).collect();
    let (mut proofs, mut alterations) = (0, 0);
    for new in 1..=256_u64 {
        let new_root = roots[new as usize];
        for old in positions(new + 1) {
            let old_root = roots[old as usize];
            let tree = &leaves[..new as usize];
            let proof = consistency_proof_in_memory(tree, old as usize).unwrap();
            verify_consistency(old, new, &proof, &old_root, &new_root).unwrap();
            proofs += 1;
            for altered in altered(&proof) {
                verify_consistency(old, new, &altered, &old_root, &new_root).unwrap_err();
                alterations += 1;
            }
            let other = leaf_hash(b"another root");
            verify_consistency(old, new, &proof, &other, &new_root).unwrap_err();
            if old < new {
                verify_consistency(new, old, &proof, &new_root, &old_root).unwrap_err();
            }
            if old > 0 {
                // From nothing, every tree is reached.
                verify_consistency(old, new, &proof, &old_root, &other).unwrap_err();
            }
        }
    }
    println!("{proofs} consistency proofs, {alterations} alterations refused");
    assert!(alterations > 500_000, "the harness altered something");
}

#[test]
fn proofs_outside_the_tree_are_refused() {
    let leaves = leaves(5);
    let root = root_in_memory(&leaves);
    assert_eq!(inclusion_proof_in_memory(&leaves, 5), Err(ProofError::IndexBeyondTree { index: 5, size: 5 }));
    assert_eq!(consistency_proof_in_memory(&leaves, 6), Err(ProofError::Shrinks { old_size: 6, new_size: 5 }));
    assert_eq!(
        verify_inclusion(&root, 0, 0, &[], &empty_root()),
        Err(ProofError::IndexBeyondTree { index: 0, size: 0 })
    );
    let huge = verify_inclusion(&root, u64::MAX - 1, u64::MAX, &[root; 64], &root);
    assert!(huge.is_err());
    verify_consistency(u64::MAX - 1, u64::MAX, &[root; 64], &root, &root).unwrap_err();
}

#[test]
fn only_the_empty_root_stands_for_an_empty_tree() {
    let root = root_in_memory(&leaves(3));
    verify_consistency(0, 3, &[], &empty_root(), &root).unwrap();
    verify_consistency(0, 3, &[], &root, &root).unwrap_err();
    verify_consistency(0, 0, &[], &empty_root(), &root).unwrap_err();
    verify_consistency(0, 3, &[root], &empty_root(), &root).unwrap_err();
}

proptest! {
    #[test]
    fn a_hash_reads_back_from_both_of_its_texts(bytes in any::<[u8; 32]>()) {
        let hash = Hash(bytes);
        prop_assert_eq!(Hash::from_hex(&hash.to_hex()), Ok(hash));
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
    }
}

#[test]
fn a_hash_has_one_spelling() {
    let hash = leaf_hash(b"entry");
    assert!(Hash::from_hex(&hash.to_hex().to_uppercase()).is_err());
    assert!(Hash::from_hex(&hash.to_hex()[..63]).is_err());
    let base64 = hash.to_base64();
    assert!(Hash::from_base64(base64.trim_end_matches('=')).is_err());
    assert!(Hash::from_base64(&format!("{base64}\n")).is_err());
    // The last character before the padding carries two bits that mean nothing.
    let last = base64.as_bytes()[42];
    let spellings = (0..64_u8)
        .map(|digit| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(digit)])
        .filter(|digit| {
            let text = format!("{}{}=", &base64[..42], char::from(*digit));
            Hash::from_base64(&text) == Ok(hash)
        })
        .collect::<Vec<_>>();
    assert_eq!(spellings, [last]);
}
