# Impedance and DC settings by country: registers 16, 26, 30 and 31 of an Si3050 with an Si3019.
#
# Values are those of DAHDI's table of FXO modes (drivers/dahdi/fxo_modes.h; the same as registers
# in xpp/init_card_2_30); where ours differ the row says why.  Bits: register 16 OHS 0x40, RZ 0x02,
# RT 0x01; 26 DCV 0xC0, MINI 0x30, ILIM 0x02; 30 ACIM; 31 OHS2 0x08.  The driver adds to register 31
# what is the same everywhere (off-hook counter, LVFD).
from board import wire_fxo

ROWS = {
    # 600 ohm, ring threshold 21.5 V, 3.5 V at the chip: FCC.
    wire_fxo.COUNTRY_FCC: (0x01, 0xC0, 0x00, 0x00),
    # 270 + (750 || 150 nF), current limit 60 mA: TBR21.
    wire_fxo.COUNTRY_TBR21: (0x00, 0xC2, 0x02, 0x00),
    # Low voltage with MINI 16 mA.  DAHDI has the global impedance 0xF, which the Si3018 can do,
    # too; 0xA is China's own network 200 + (680 || 100 nF), which only the Si3019 has.
    wire_fxo.COUNTRY_CHINA: (0x00, 0x30, 0x0A, 0x00),
    # 320 + (1050 || 230 nF), on-hook in 3 ms, 60 mA.
    wire_fxo.COUNTRY_UK: (0x00, 0xC2, 0x05, 0x08),
    # 220 + (820 || 120 nF), on-hook in 26 ms (with register 59), low voltage.
    wire_fxo.COUNTRY_AUSTRALIA: (0x40, 0x30, 0x03, 0x00),
    # 600 ohm, low voltage.
    wire_fxo.COUNTRY_JAPAN: (0x00, 0x30, 0x00, 0x00),
    # Not of DAHDI's: the DC settings most countries have, with the global complex impedance.
    wire_fxo.COUNTRY_GLOBAL: (0x00, 0xC0, 0x0F, 0x00),
    # 370 + (620 || 310 nF).
    wire_fxo.COUNTRY_NEW_ZEALAND: (0x00, 0xC0, 0x04, 0x00),
    # 370 + (620 || 310 nF).
    wire_fxo.COUNTRY_INDIA: (0x00, 0xC0, 0x04, 0x00),
}
