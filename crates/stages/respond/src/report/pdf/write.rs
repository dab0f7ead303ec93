//! A filled sheet as the bytes of a PDF: pages, embedded faces with what their glyphs stand for,
//! the outline and the tagged structure (ISO 32000-1). Same sheet, same bytes.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Date, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, StructRole, SystemInfo, UnicodeCmap},
    writers::StructTreeRoot,
};

use super::{
    face::Type,
    sheet::{HEIGHT, Sheet, WIDTH},
};
use crate::drawing::Lang;

const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Hands out numbers of objects.
struct Refs(i32);

impl Refs {
    const fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// What the document says of itself.
pub(super) struct Facts<'f> {
    pub(super) title: &'f str,
    pub(super) producer: &'f str,
    pub(super) created: Date,
    pub(super) lang: Lang,
}

pub(super) fn write(mut sheet: Sheet, facts: &Facts<'_>) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let mut refs = Refs(0);
    let (catalog, tree, info) = (refs.next(), refs.next(), refs.next());
    let (document, root) = (refs.next(), refs.next());
    let fonts = [refs.next(), refs.next()];
    let pages: Vec<Ref> = sheet.pages.iter().map(|_| refs.next()).collect();
    let elements: Vec<Ref> = sheet.elements.iter().map(|_| refs.next()).collect();

    for (face, id) in sheet.faces.iter().zip(fonts) {
        font(&mut pdf, &mut refs, face, id);
    }
    let mut marks = Vec::with_capacity(pages.len());
    for (at, page) in std::mem::take(&mut sheet.pages).into_iter().enumerate() {
        let stream = refs.next();
        let data = packed(&page.content.finish());
        pdf.stream(stream, &data).filter(Filter::FlateDecode);
        let mut written = pdf.page(pages[at]);
        written.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(stream);
        written.struct_parents(i32::try_from(at).expect("pages are few"));
        let mut resources = written.resources();
        resources.fonts().pair(Name(b"R"), fonts[0]).pair(Name(b"B"), fonts[1]);
        resources.finish();
        written.finish();
        marks.push(page.marks);
    }
    let count = i32::try_from(pages.len()).expect("pages are few");
    pdf.pages(tree).kids(pages.iter().copied()).count(count);
    structure(&mut pdf, &sheet, &pages, (root, document), &elements);
    let outline = outline(&mut pdf, &mut refs, &sheet, &pages);
    let arrays: Vec<Ref> = marks
        .iter()
        .map(|marks| {
            let id = refs.next();
            let mut array = pdf.indirect(id).array();
            marks.iter().for_each(|&element| {
                array.item(elements[element]);
            });
            array.finish();
            id
        })
        .collect();
    let mut written = pdf.catalog(catalog);
    written.pages(tree).outlines(outline).lang(TextStr(facts.lang.of("en", "fil")));
    written.pair(Name(b"StructTreeRoot"), root);
    written.mark_info().marked(true);
    written.viewer_preferences().display_doc_title(true);
    written.finish();
    let mut written = pdf.indirect(root).start::<StructTreeRoot<'_>>();
    written.child(document).parent_tree_next_key(count);
    let mut numbers = written.parent_tree();
    let mut entries = numbers.nums();
    for (at, id) in arrays.iter().enumerate() {
        entries.insert(i32::try_from(at).expect("pages are few"), *id);
    }
    entries.finish();
    numbers.finish();
    written.finish();
    pdf.document_info(info)
        .title(TextStr(facts.title))
        .producer(TextStr(facts.producer))
        .creation_date(facts.created);
    pdf.finish()
}

fn structure(
    pdf: &mut Pdf,
    sheet: &Sheet,
    pages: &[Ref],
    (parent, document): (Ref, Ref),
    elements: &[Ref],
) {
    let mut root = pdf.struct_element(document);
    root.kind(StructRole::Document).parent(parent);
    let mut children = root.children();
    for id in elements {
        children.struct_element(*id);
    }
    children.finish();
    root.finish();
    for (element, id) in sheet.elements.iter().zip(elements) {
        let mut written = pdf.struct_element(*id);
        written.kind(element.role).parent(document);
        if let Some(says) = &element.says {
            written.alt(TextStr(says));
        }
        let mut children = written.children();
        for (page, number) in &element.pieces {
            children.marked_content_ref().page(pages[*page]).marked_content_id(*number);
        }
        children.finish();
        written.finish();
    }
}

fn outline(pdf: &mut Pdf, refs: &mut Refs, sheet: &Sheet, pages: &[Ref]) -> Ref {
    let root = refs.next();
    let items: Vec<Ref> = sheet.bookmarks.iter().map(|_| refs.next()).collect();
    let mut written = pdf.outline(root);
    if let (Some(first), Some(last)) = (items.first(), items.last()) {
        let count = i32::try_from(items.len()).expect("sections are few");
        written.first(*first).last(*last).count(count);
    }
    written.finish();
    for (at, bookmark) in sheet.bookmarks.iter().enumerate() {
        let mut item = pdf.outline_item(items[at]);
        item.title(TextStr(&bookmark.title)).parent(root);
        if let Some(next) = items.get(at + 1) {
            item.next(*next);
        }
        if let Some(before) = at.checked_sub(1) {
            item.prev(items[before]);
        }
        item.dest().page(pages[bookmark.page]).xyz(0.0, bookmark.top, None);
    }
    root
}

fn font(pdf: &mut Pdf, refs: &mut Refs, face: &Type, id: Ref) {
    let (cid, descriptor, file, map) = (refs.next(), refs.next(), refs.next(), refs.next());
    let name = Name(face.name.as_bytes());
    pdf.type0_font(id)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(map);
    let mut font = pdf.cid_font(cid);
    font.subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(SYSTEM)
        .font_descriptor(descriptor)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = font.widths();
    for glyph in face.used.keys() {
        let advance = face.face.glyph_hor_advance(ttf_parser::GlyphId(*glyph)).unwrap_or(0);
        widths.consecutive(*glyph, [face.scaled(f32::from(advance))]);
    }
    widths.finish();
    font.finish();
    let bounds = face.face.global_bounding_box();
    let scaled = |units: i16| face.scaled(f32::from(units));
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(
            scaled(bounds.x_min),
            scaled(bounds.y_min),
            scaled(bounds.x_max),
            scaled(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(scaled(face.face.ascender()))
        .descent(scaled(face.face.descender()))
        .cap_height(scaled(face.face.capital_height().unwrap_or(714)))
        .stem_v(if face.face.is_bold() { 140.0 } else { 84.0 })
        .font_file2(file);
    let length = i32::try_from(face.data.len()).expect("an embedded face is small");
    pdf.stream(file, &packed(face.data)).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
    let mut meanings = UnicodeCmap::new(Name(b"Meanings"), SYSTEM);
    for (glyph, c) in &face.used {
        meanings.pair(*glyph, *c);
    }
    pdf.stream(map, &packed(&meanings.finish())).filter(Filter::FlateDecode);
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}
