//! Event logs of Windows, made from nothing: a file's header, blocks of 64 KiB, records of binary
//! XML whose values are all texts. Enough to test a reader, and all ours.

const BLOCK_BYTES: usize = 64 << 10;

/// An element of an event's XML.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Self>,
    text: String,
}

pub(crate) fn element(name: &'static str, children: Vec<Element>) -> Element {
    Element { name, attributes: Vec::new(), children, text: String::new() }
}

pub(crate) fn leaf(name: &'static str, text: &str) -> Element {
    Element { name, attributes: Vec::new(), children: Vec::new(), text: text.to_owned() }
}

impl Element {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.to_owned()));
        self
    }

    fn write(&self, block: &mut Vec<u8>) {
        let has_attributes = !self.attributes.is_empty();
        block.push(if has_attributes { 0x41 } else { 0x01 });
        let size_at = placeholder(block);
        write_name(self.name, block);
        if has_attributes {
            let list_at = placeholder(block);
            for (at, (name, value)) in self.attributes.iter().enumerate() {
                let is_last = at + 1 == self.attributes.len();
                block.push(if is_last { 0x06 } else { 0x46 });
                write_name(name, block);
                write_text(value, block);
            }
            fill(list_at, block);
        }
        if self.children.is_empty() && self.text.is_empty() {
            block.push(0x03);
        } else {
            block.push(0x02);
            if !self.text.is_empty() {
                write_text(&self.text, block);
            }
            for child in &self.children {
                child.write(block);
            }
            block.push(0x04);
        }
        fill(size_at, block);
    }

    /// The same as XML text.
    pub(crate) fn xml(&self) -> String {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let attributes: String =
            self.attributes.iter().map(|(n, v)| format!(" {n}='{}'", escape(v))).collect();
        let inner: String = self.children.iter().map(Self::xml).collect();
        format!("<{0}{attributes}>{1}{inner}</{0}>", self.name, escape(&self.text))
    }
}

fn placeholder(block: &mut Vec<u8>) -> usize {
    block.extend([0; 4]);
    block.len() - 4
}

/// Writes at a placeholder how many bytes follow it.
fn fill(at: usize, block: &mut [u8]) {
    let length = (block.len() - at - 4) as u32;
    block[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

fn write_name(name: &str, block: &mut Vec<u8>) {
    let inline = block.len() as u32 + 4;
    block.extend(inline.to_le_bytes());
    block.extend([0; 6]);
    block.extend((name.len() as u16).to_le_bytes());
    block.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    block.extend([0; 2]);
}

fn write_text(text: &str, block: &mut Vec<u8>) {
    let units: Vec<u16> = text.encode_utf16().collect();
    block.extend([0x05, 0x01]);
    block.extend((units.len() as u16).to_le_bytes());
    block.extend(units.into_iter().flat_map(u16::to_le_bytes));
}

/// A block with these events, numbered from `first`.
pub(crate) fn block(first: u64, events: &[Element]) -> Vec<u8> {
    let mut block = vec![0; 512];
    let mut last_at = 512;
    for (at, event) in events.iter().enumerate() {
        last_at = block.len();
        block.extend(b"**\0\0");
        block.extend([0; 4]);
        block.extend((first + at as u64).to_le_bytes());
        // 2026-01-05T08:00:00Z in units of 100 ns since 1601.
        let filetime = (1_767_600_000_u64 + 11_644_473_600) * 10_000_000;
        block.extend(filetime.to_le_bytes());
        block.extend([0x0f, 1, 1, 0]);
        event.write(&mut block);
        block.push(0);
        let length = (block.len() - last_at + 4) as u32;
        block.extend(length.to_le_bytes());
        block[last_at + 4..last_at + 8].copy_from_slice(&length.to_le_bytes());
    }
    let free = block.len() as u32;
    assert!(block.len() <= BLOCK_BYTES, "the events fit a block");
    block.resize(BLOCK_BYTES, 0);
    let last = first + events.len().saturating_sub(1) as u64;
    block[..8].copy_from_slice(b"ElfChnk\0");
    for (at, number) in [(8, first), (16, last), (24, first), (32, last)] {
        block[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    for (at, number) in [(40, 128), (44, last_at as u32), (48, free)] {
        block[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    block
}

/// A file of blocks.
pub(crate) fn file(blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; 4096];
    file[..8].copy_from_slice(b"ElfFile\0");
    file[16..24].copy_from_slice(&(blocks.len().saturating_sub(1) as u64).to_le_bytes());
    file[32..36].copy_from_slice(&128_u32.to_le_bytes());
    file[36..42].copy_from_slice(&[1, 0, 3, 0, 0, 16]);
    file[42..44].copy_from_slice(&(blocks.len() as u16).to_le_bytes());
    file.extend(blocks.iter().flatten());
    file
}

/// An event of a channel with its data.
pub(crate) fn event(
    channel: &str,
    provider: &str,
    id: u32,
    data: &[(&'static str, &str)],
) -> Element {
    let system = element(
        "System",
        vec![
            leaf("Provider", "").with("Name", provider),
            leaf("EventID", &id.to_string()),
            leaf("Version", "2"),
            leaf("Level", "0"),
            leaf("Task", "12544"),
            leaf("Opcode", "0"),
            leaf("Keywords", "0x8020000000000000"),
            leaf("TimeCreated", "").with("SystemTime", "2026-01-05T08:00:00.1234567Z"),
            leaf("EventRecordID", "77"),
            leaf("Execution", "").with("ProcessID", "612").with("ThreadID", "620"),
            leaf("Channel", channel),
            leaf("Computer", "ws1.corp.example"),
        ],
    );
    let values = data.iter().map(|(name, value)| leaf("Data", value).with("Name", name)).collect();
    element("Event", vec![system, element("EventData", values)])
        .with("xmlns", "http://schemas.microsoft.com/win/2004/08/events/event")
}
