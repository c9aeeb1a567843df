//! How loud a sound is along the way, in the JSON of BBC's audiowaveform, which players of the web draw.

use serde::Serialize;

/// Samples a second that are looked at.
pub const RATE: u32 = 8000;
/// Into how many pieces a sound is cut, about: more than a screen has columns.
const PIECES: f64 = 2000.0;

/// A waveform in the making.
pub struct Waveform {
    samples_per_piece: u32,
    in_piece: u32,
    lowest: i8,
    highest: i8,
    data: Vec<i8>,
}

/// The format's own names.
#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    channels: u8,
    sample_rate: u32,
    samples_per_pixel: u32,
    bits: u8,
    length: usize,
    data: &'a [i8],
}

impl Waveform {
    /// Of a sound that lasts so many seconds.
    pub fn new(duration: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of samples")]
        let samples_per_piece = (duration * f64::from(RATE) / PIECES).ceil().max(1.0) as u32;
        Self { samples_per_piece, in_piece: 0, lowest: i8::MAX, highest: i8::MIN, data: Vec::new() }
    }

    /// Hears more of it: signed 8-bit samples.
    pub fn hear(&mut self, samples: &[u8]) {
        for sample in samples.iter().map(|byte| byte.cast_signed()) {
            self.lowest = self.lowest.min(sample);
            self.highest = self.highest.max(sample);
            self.in_piece += 1;
            if self.in_piece == self.samples_per_piece {
                self.end_piece();
            }
        }
    }

    fn end_piece(&mut self) {
        self.data.extend([self.lowest, self.highest]);
        (self.in_piece, self.lowest, self.highest) = (0, i8::MAX, i8::MIN);
    }

    /// All of it.
    pub fn into_json(mut self) -> String {
        if self.in_piece > 0 {
            self.end_piece();
        }
        let document = Document {
            version: 2,
            channels: 1,
            sample_rate: RATE,
            samples_per_pixel: self.samples_per_piece,
            bits: 8,
            length: self.data.len() / 2,
            data: &self.data,
        };
        serde_json::to_string(&document).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_has_its_extremes() {
        let mut waveform = Waveform::new(0.5);
        assert_eq!(waveform.samples_per_piece, 2);
        waveform.hear(&[1, 0xff, 5]);
        waveform.hear(&[7, 0x80]);
        let expected = r#"{"version":2,"channels":1,"sample_rate":8000,"samples_per_pixel":2,"bits":8,"length":3,"data":[-1,1,5,7,-128,-128]}"#;
        assert_eq!(waveform.into_json(), expected);
    }
}
