//! The tree over the leaves (RFC 6962), kept as tiles of 256 hashes (C2SP tlog-tiles). It says which
//! hashes to write where and reads them back through a trait; files are the caller's affair.

use std::io;

use tlog_tiles::{Tile, TileHashReader, TileReader};

use crate::{
    SealError,
    lanes::Messages,
    leaf::{HASH_BYTES, Hash, NODE_TAG, node_hash},
};

/// The height of a tile: 2⁸ hashes.
pub const TILE_HEIGHT: u8 = 8;
/// Hashes of a full tile.
pub const TILE_HASHES: u64 = 1 << TILE_HEIGHT;
/// Levels of tiles that a tree may have.
pub const LEVELS: u8 = 6;
/// Leaves that a tree may have (2⁴⁸ − 1): no sum in a proof can run over.
pub const TREE_SIZE_LIMIT: u64 = (1 << (LEVELS * TILE_HEIGHT)) - 1;

/// Where hashes lie: for each level of tiles one row of hashes. Level 0 has the leaves' hashes, level
/// L the root of every 256 hashes of the level below.
pub trait Levels {
    /// `count` hashes of a level from `first` on.
    ///
    /// # Errors
    /// When they are not there or cannot be read.
    fn read(&self, level: u8, first: u64, count: usize) -> io::Result<Vec<u8>>;
}

/// How many hashes a level has in a tree of that size.
#[must_use]
pub const fn hashes_of(level: u8, size: u64) -> u64 {
    size >> (TILE_HEIGHT * level)
}

/// A tree that grows. It holds the unfinished tile of each level, and hands out what is to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    size: u64,
    open: [Vec<Hash>; LEVELS as usize],
}

impl Growth {
    /// Goes on where a tree of that size ended.
    ///
    /// # Errors
    /// When its last tiles cannot be read, or it is too large.
    pub fn of(levels: &dyn Levels, size: u64) -> Result<Self, SealError> {
        if size > TREE_SIZE_LIMIT {
            return Err(SealError::TreeSize(size));
        }
        let mut growth = Self { size, ..Self::default() };
        for level in 0..LEVELS {
            let count = hashes_of(level, size);
            let rest = (count % TILE_HASHES) as usize;
            if rest > 0 {
                let bytes = levels.read(level, count - rest as u64, rest).map_err(SealError::io)?;
                growth.open[usize::from(level)] = hashes(&bytes)?;
            }
        }
        Ok(growth)
    }

    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// One more leaf; `keep` is told each hash that a level has grown by.
    ///
    /// # Errors
    /// When the tree is full, or `keep` fails.
    pub fn push(
        &mut self,
        leaf: Hash,
        keep: &mut dyn FnMut(u8, &Hash) -> io::Result<()>,
    ) -> Result<(), SealError> {
        if self.size >= TREE_SIZE_LIMIT {
            return Err(SealError::TreeSize(self.size.saturating_add(1)));
        }
        self.size += 1;
        let mut hash = leaf;
        for level in 0..LEVELS {
            keep(level, &hash).map_err(SealError::io)?;
            let tile = &mut self.open[usize::from(level)];
            tile.push(hash);
            if (tile.len() as u64) < TILE_HASHES {
                break;
            }
            hash = fold(tile);
            tile.clear();
        }
        Ok(())
    }

    /// The hash of the whole tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut root = None;
        for tile in &self.open {
            let mut end = tile.len();
            // From the smallest whole part to the largest: they stand from left to right by size.
            while end > 0 {
                let part = 1 << end.trailing_zeros();
                let left = fold(&tile[end - part..end]);
                root = Some(root.map_or(left, |right| node_hash(&left, &right)));
                end -= part;
            }
        }
        root.unwrap_or(tlog_tiles::EMPTY_HASH.0)
    }
}

/// The root over a whole power of two of hashes.
fn fold(row: &[Hash]) -> Hash {
    let (mut row, mut nodes) = (row.to_vec(), Messages::default());
    while row.len() > 1 {
        nodes.clear();
        for pair in row.as_chunks::<2>().0 {
            nodes.push(&[&[NODE_TAG], pair.as_flattened()]);
        }
        nodes.digests(&mut row);
    }
    row[0]
}

/// The hash that a full tile adds to the level above.
///
/// # Panics
/// When there is no hash.
#[must_use]
pub fn tile_root(hashes: &[Hash]) -> Hash {
    fold(hashes)
}

fn hashes(bytes: &[u8]) -> Result<Vec<Hash>, SealError> {
    let (rows, rest) = bytes.as_chunks::<HASH_BYTES>();
    if rest.is_empty() { Ok(rows.to_vec()) } else { Err(SealError::Tree("half a hash".into())) }
}

/// The path from a leaf to the root of a tree: the hashes of its siblings, upwards.
///
/// # Errors
/// When the leaf is not in the tree, or the hashes kept do not give its root.
pub fn inclusion(
    levels: &dyn Levels,
    size: u64,
    root: &Hash,
    index: u64,
) -> Result<Vec<Hash>, SealError> {
    if index >= size || size > TREE_SIZE_LIMIT {
        return Err(SealError::Tree(format!("leaf {index} is not in a tree of {size}")));
    }
    let tiles = Tiles(levels);
    let reader = TileHashReader::new(size, tlog_tiles::Hash(*root), &tiles);
    let path = tlog_tiles::prove_record(size, index, &reader).map_err(tree)?;
    let path: Vec<Hash> = path.into_iter().map(|hash| hash.0).collect();
    // The crate leaves a tile unchecked where two parts of the tree share one (found by our test), so
    // that every proof is checked once more before it is handed out.
    let leaf = hashes(&levels.read(0, index, 1).map_err(SealError::io)?)?;
    check_inclusion(&path, (size, root), (index, &leaf[0]))?;
    Ok(path)
}

/// The proof that a tree begins with an older one of `old` leaves.
///
/// # Errors
/// When the older one is not older, or the hashes kept do not give the tree's root.
pub fn consistency(
    levels: &dyn Levels,
    size: u64,
    root: &Hash,
    old: u64,
) -> Result<Vec<Hash>, SealError> {
    if old > size || size > TREE_SIZE_LIMIT {
        return Err(SealError::Tree(format!("a tree of {size} has no beginning of {old}")));
    }
    if old == 0 || old == size {
        return Ok(Vec::new());
    }
    let tiles = Tiles(levels);
    let reader = TileHashReader::new(size, tlog_tiles::Hash(*root), &tiles);
    let path = tlog_tiles::prove_tree(size, old, &reader).map_err(tree)?;
    let path: Vec<Hash> = path.into_iter().map(|hash| hash.0).collect();
    check_consistency(&path, (size, root), (old, &root_of(levels, old)?))?;
    Ok(path)
}

/// Checks the path from a leaf to a root.
///
/// # Errors
/// When it does not lead there.
pub fn check_inclusion(
    path: &[Hash],
    (size, root): (u64, &Hash),
    (index, leaf): (u64, &Hash),
) -> Result<(), SealError> {
    if size > TREE_SIZE_LIMIT {
        return Err(SealError::TreeSize(size));
    }
    let (root, leaf) = (tlog_tiles::Hash(*root), tlog_tiles::Hash(*leaf));
    tlog_tiles::check_record(&lent(path), size, root, index, leaf).map_err(tree)
}

/// Checks that a tree begins with an older one.
///
/// # Errors
/// When it does not.
pub fn check_consistency(
    path: &[Hash],
    (size, root): (u64, &Hash),
    (old, old_root): (u64, &Hash),
) -> Result<(), SealError> {
    if size > TREE_SIZE_LIMIT || old > size {
        return Err(SealError::TreeSize(size.max(old)));
    }
    if old == 0 {
        let is_right = path.is_empty() && *old_root == tlog_tiles::EMPTY_HASH.0;
        return if is_right { Ok(()) } else { Err(SealError::Tree("no empty tree".into())) };
    }
    if old == size {
        let is_right = path.is_empty() && old_root == root;
        return if is_right {
            Ok(())
        } else {
            Err(SealError::Tree("two trees of one size".into()))
        };
    }
    let (root, old_root) = (tlog_tiles::Hash(*root), tlog_tiles::Hash(*old_root));
    tlog_tiles::check_tree(&lent(path), size, root, old, old_root).map_err(tree)
}

/// The hash of the first leaves of a larger tree, from the hashes that are kept.
///
/// # Errors
/// When they cannot be read.
pub fn root_of(levels: &dyn Levels, size: u64) -> Result<Hash, SealError> {
    Ok(Growth::of(levels, size)?.root())
}

/// Where a tile stands in a published log (C2SP tlog-tiles), `tile/0/x001/x234/067.p/1`.
#[must_use]
pub fn tile_path(level: u8, number: u64, hashes: u32) -> String {
    let path = Tile::new(TILE_HEIGHT, level, number, hashes, false).path();
    // The crate writes the height of tiles, as Go does; C2SP has one height only.
    path.replacen("tile/8/", "tile/", 1)
}

fn lent(path: &[Hash]) -> Vec<tlog_tiles::Hash> {
    path.iter().map(|hash| tlog_tiles::Hash(*hash)).collect()
}

fn tree(error: tlog_tiles::Error) -> SealError {
    SealError::Tree(error.to_string())
}

/// Tiles from rows of hashes.
struct Tiles<'a>(&'a dyn Levels);

impl TileReader for Tiles<'_> {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let first = tile.level_index() * TILE_HASHES;
            let bytes = self.0.read(tile.level(), first, tile.width() as usize);
            bytes.map_err(|e| tlog_tiles::Error::InvalidInput(e.to_string()))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, io};

    use proptest::prelude::*;

    use super::*;
    use crate::leaf::leaf_hash;

    /// Rows in memory.
    #[derive(Default)]
    struct Memory(RefCell<[Vec<Hash>; LEVELS as usize]>);

    impl Levels for Memory {
        fn read(&self, level: u8, first: u64, count: usize) -> io::Result<Vec<u8>> {
            let rows = self.0.borrow();
            let row = &rows[usize::from(level)];
            let part = row.get(first as usize..first as usize + count);
            Ok(part.ok_or(io::ErrorKind::UnexpectedEof)?.as_flattened().to_vec())
        }
    }

    fn leaf(n: u64) -> Hash {
        leaf_hash(&n.to_be_bytes())
    }

    fn grown(count: u64) -> (Memory, Growth) {
        let (memory, mut growth) = (Memory::default(), Growth::default());
        for n in 0..count {
            let mut keep = |level: u8, hash: &Hash| {
                memory.0.borrow_mut()[usize::from(level)].push(*hash);
                Ok(())
            };
            growth.push(leaf(n), &mut keep).expect("room");
        }
        (memory, growth)
    }

    /// The plain slow twin, word for word RFC 6962, section 2.1.
    fn twin(from: u64, to: u64) -> Hash {
        if to - from == 1 {
            return leaf(from);
        }
        let half = (to - from).next_power_of_two() / 2;
        node_hash(&twin(from, from + half), &twin(from + half, to))
    }

    #[test]
    fn roots_are_those_of_rfc_6962() {
        assert_eq!(Growth::default().root(), tlog_tiles::EMPTY_HASH.0);
        for count in (1..40).chain([255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 70_000]) {
            let (memory, growth) = grown(count);
            assert_eq!(growth.root(), twin(0, count), "{count} leaves");
            assert_eq!(Growth::of(&memory, count), Ok(growth), "{count} leaves");
        }
    }

    #[test]
    fn a_tree_has_its_bounds() {
        assert_eq!(
            Growth::of(&Memory::default(), TREE_SIZE_LIMIT + 1),
            Err(SealError::TreeSize(TREE_SIZE_LIMIT + 1))
        );
        let mut full = Growth { size: TREE_SIZE_LIMIT, ..Growth::default() };
        assert!(full.push(leaf(0), &mut |_, _| Ok(())).is_err());
    }

    #[test]
    fn tiles_have_the_paths_of_c2sp() {
        assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile_path(4, 5, 8), "tile/4/005.p/8");
    }

    proptest! {
        #[test]
        fn proofs_hold_for_their_leaf_and_beginning_alone(
            size in 1_u64..2_000, at in any::<u64>(), old in any::<u64>(), flip in any::<usize>(),
        ) {
            let (memory, growth) = grown(size);
            let (root, index, old) = (growth.root(), at % size, old % (size + 1));
            let path = inclusion(&memory, size, &root, index).expect("it is there");
            prop_assert!(check_inclusion(&path, (size, &root), (index, &leaf(index))).is_ok());
            prop_assert!(check_inclusion(&path, (size, &root), (index, &leaf(index + 1))).is_err());
            let earlier = root_of(&memory, old).expect("it is there");
            let proof = consistency(&memory, size, &root, old).expect("it is there");
            prop_assert!(check_consistency(&proof, (size, &root), (old, &earlier)).is_ok());
            if old > 0 {
                let other = leaf(7);
                prop_assert!(check_consistency(&proof, (size, &root), (old, &other)).is_err());
            }
            // A row that was altered gives no proof, or one that holds.
            let mut rows = memory.0.take();
            let altered = flip % rows[0].len();
            rows[0][altered][0] ^= 1;
            let memory = Memory(RefCell::new(rows));
            if let Ok(path) = inclusion(&memory, size, &root, index) {
                prop_assert!(check_inclusion(&path, (size, &root), (index, &leaf(index))).is_ok());
            }
        }
    }
}
