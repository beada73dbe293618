//! Packing a file: compressed where that is wanted, hashed, and cut into pieces of one length.

use std::io::{self, Write as _};

use flate2::write::GzEncoder;
use sens_storage::export::CHUNK;
use sha2::{Digest as _, Sha256};

use crate::routes::measurements::Compression;

/// How hard zstd tries: as the answers of the API are packed.
const ZSTD_LEVEL: i32 = 3;

/// A file on its way into pieces.
pub(super) struct Packer {
    encoder: Encoder,
    hash: Sha256,
}

enum Encoder {
    None(Vec<u8>),
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(zstd::Encoder<'static, Vec<u8>>),
}

impl Packer {
    /// Begins a file.
    ///
    /// # Errors
    /// When zstd cannot be begun.
    pub(super) fn new(compression: Compression) -> io::Result<Self> {
        let encoder = match compression {
            Compression::None => Encoder::None(Vec::new()),
            Compression::Gzip => {
                Encoder::Gzip(GzEncoder::new(Vec::new(), flate2::Compression::default()))
            }
            Compression::Zstd => Encoder::Zstd(zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?),
        };
        Ok(Self {
            encoder,
            hash: Sha256::new(),
        })
    }

    /// Adds to the file.
    ///
    /// # Errors
    /// When it cannot be compressed.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::None(packed) => packed.write_all(bytes),
            Encoder::Gzip(encoder) => encoder.write_all(bytes),
            Encoder::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    /// The next whole piece, where there is one.
    pub(super) fn piece(&mut self) -> Option<Vec<u8>> {
        let packed = match &mut self.encoder {
            Encoder::None(packed) => packed,
            Encoder::Gzip(encoder) => encoder.get_mut(),
            Encoder::Zstd(encoder) => encoder.get_mut(),
        };
        if packed.len() < CHUNK {
            return None;
        }
        let rest = packed.split_off(CHUNK);
        let piece = std::mem::replace(packed, rest);
        self.hash.update(&piece);
        Some(piece)
    }

    /// Ends the file: its last pieces, and the hash of the whole.
    ///
    /// # Errors
    /// When it cannot be compressed.
    pub(super) fn end(self) -> io::Result<(Vec<Vec<u8>>, [u8; 32])> {
        let packed = match self.encoder {
            Encoder::None(packed) => packed,
            Encoder::Gzip(encoder) => encoder.finish()?,
            Encoder::Zstd(encoder) => encoder.finish()?,
        };
        let mut hash = self.hash;
        hash.update(&packed);
        let pieces = packed.chunks(CHUNK).map(<[u8]>::to_vec).collect();
        Ok((pieces, hash.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_file_is_cut_into_pieces_of_one_length_and_is_whole_again() {
        let plain: Vec<u8> = (0..u32::try_from(CHUNK).unwrap())
            .flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes())
            .take(3 * CHUNK + 17)
            .collect();
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let mut packer = Packer::new(compression).unwrap();
            let mut pieces = Vec::new();
            for bytes in plain.chunks(10_000) {
                packer.push(bytes).unwrap();
                while let Some(piece) = packer.piece() {
                    pieces.push(piece);
                }
            }
            let (last, hash) = packer.end().unwrap();
            pieces.extend(last);
            let (end, others) = pieces.split_last().unwrap();
            assert!(others.iter().all(|piece| piece.len() == CHUNK));
            assert!((1..=CHUNK).contains(&end.len()));
            let file = pieces.concat();
            assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(&file)));
            let mut unpacked = Vec::new();
            match compression {
                Compression::None => unpacked = file,
                Compression::Gzip => {
                    let mut reader = flate2::read::GzDecoder::new(&file[..]);
                    reader.read_to_end(&mut unpacked).unwrap();
                }
                Compression::Zstd => unpacked = zstd::decode_all(&file[..]).unwrap(),
            }
            assert!(unpacked == plain, "{compression:?}");
        }
    }

    #[test]
    fn an_empty_file_has_no_piece() {
        let (pieces, _) = Packer::new(Compression::None).unwrap().end().unwrap();
        assert!(pieces.is_empty());
    }
}
